'use client'
import type { ComponentPropsWithRef, JSX } from 'react'
import { useFormat } from '../ui/ui-context.ts'
import type { MeasureReading, Zone } from './entities.ts'
import { type GoalLabels, goalLabels } from './wording.ts'
import { type Thresholds, zoneOf } from './zones.ts'

export interface MeasureSparklineProps extends Omit<ComponentPropsWithRef<'svg'>, 'ref' | 'children'> {
  /** Of the measure, for who listens. */
  name: string
  /** Oldest first. */
  readings: readonly MeasureReading[]
  /** Where green and amber begin; they give the last reading its zone where it names none. */
  thresholds?: Thresholds
  /** Writes a value, such as with its unit. @default the number in the reader's language */
  formatValue?: (value: number) => string
  /** Words in place of the English ones. @default those of `goalLabels` */
  labels?: Pick<GoalLabels, 'sparkline' | 'zone'>
}

const width = 96
const height = 24
const inset = 3

/** The course of a measure as a line, its last reading as a dot in the shape and tone of its zone, and both in words. */
export function MeasureSparkline(props: MeasureSparklineProps): JSX.Element | null {
  const { name, readings, thresholds, formatValue, labels = goalLabels, ...rest } = props
  const format = useFormat()
  const write = formatValue ?? format.number
  const values = readings.map(({ value }) => value)
  const last = readings.at(-1)
  if (last === undefined) return null
  const lowest = Math.min(...values)
  const highest = Math.max(...values)
  const zone = last.zone ?? (thresholds === undefined ? null : zoneOf(last.value, thresholds))
  const points = values.map((value, index) => pointOf(value, index, values.length, lowest, highest))
  const summary = labels.sparkline(name, write(last.value), write(lowest), write(highest))
  return (
    <svg
      {...rest}
      data-lc="sparkline"
      data-zone={zone ?? undefined}
      className={rest.className ?? 'lc-sparkline'}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- drawn here, in the colours of the page
      role="img"
      aria-label={zone === null ? summary : `${summary}. ${labels.zone[zone]}`}
    >
      <polyline
        points={points.map(([x, y]) => `${x},${y}`).join(' ')}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinejoin="round"
        strokeLinecap="round"
      />
      <Mark zone={zone} at={points.at(-1)!} />
    </svg>
  )
}

/** A shape per zone, so that they are told apart without their colour. */
function Mark({ zone, at: [x, y] }: { zone: Zone | null; at: readonly [number, number] }) {
  if (zone === 'red') return <rect data-part="mark" x={x - 2.5} y={y - 2.5} width="5" height="5" />
  if (zone === 'amber') return <path data-part="mark" d={`M${x} ${y - 3.2}l3 5.2h-6z`} />
  return <circle data-part="mark" cx={x} cy={y} r="2.5" />
}

function pointOf(value: number, index: number, count: number, lowest: number, highest: number): [number, number] {
  const across = count === 1 ? 1 : index / (count - 1)
  // One value all along lies in the middle.
  const up = highest === lowest ? 0.5 : (value - lowest) / (highest - lowest)
  return [round(inset + across * (width - 2 * inset)), round(height - inset - up * (height - 2 * inset))]
}

const round = (number: number) => Math.round(number * 100) / 100
