// Parts of a component that an app may name, dress and replace: what the provider says, and over it what the component is given.
import { clsx } from 'clsx'
import { createElement, type ElementType, type JSX, type ReactNode } from 'react'

/** A value, or what makes it of the component's state. */
type Given<Value, State> = Value | ((state: State) => Value)

export interface PartsProps<Part extends string = string, State = unknown> {
  /** No class of ours, so none of our looks; attributes, roles and behaviour stay. @default false */
  unstyled?: boolean | undefined
  /** More classes, per part. */
  classNames?: { readonly [Name in Part | 'root']?: Given<string, State> } | undefined
  /** Other elements or components, per part; they get all the props of the one they replace. */
  slots?: { readonly [Name in Part | 'root']?: ElementType } | undefined
  /** More props, per part; they win over ours. */
  slotProps?: { readonly [Name in Part | 'root']?: Given<object, State> } | undefined
}

/** Ours, and those of rooms above. */
type ComponentName = 'indicator' | 'badge' | 'banner' | 'status' | 'toast' | 'dialog' | (string & {})

/** For the provider: the same, per component. */
export interface PartsConfig {
  /** The same for all components. @default false */
  unstyled?: boolean | undefined
  /** By component. */
  parts?: { readonly [Name in ComponentName]?: PartsProps<string, any> } | undefined
}

/** Renders one part: `part('trigger', 'button', { type: 'button' }, children)`. */
export type RenderPart<Part extends string> = (
  name: Part,
  tag: ElementType,
  props?: object,
  children?: ReactNode,
) => JSX.Element

/** @param component its name, which is its `data-lc` and, with `lc-`, its class @param state what function values are given */
export function partsOf<Part extends string, State>(
  component: ComponentName,
  config: PartsConfig,
  own: PartsProps<Part, State>,
  state: State,
): RenderPart<Part | 'root'> {
  const shared: PartsProps<string, State> = config.parts?.[component] ?? {}
  const unstyled = own.unstyled ?? shared.unstyled ?? config.unstyled ?? false
  const read = <Value>(given: Given<Value, State> | undefined): Value | undefined =>
    typeof given === 'function' ? (given as (state: State) => Value)(state) : given

  return (name, tag, props = {}, children) => {
    const { className, ...rest } = props as { className?: string }
    const extra = { ...read(shared.slotProps?.[name]), ...read(own.slotProps?.[name]) } as { className?: string }
    const isRoot = name === 'root'
    return createElement(
      own.slots?.[name] ?? shared.slots?.[name] ?? tag,
      {
        ...(isRoot ? { 'data-lc': component } : { 'data-part': name }),
        ...rest,
        ...extra,
        className:
          clsx(
            isRoot && !unstyled && `lc-${component}`,
            (!unstyled || className === 'lc-sr') && className,
            read(shared.classNames?.[name]),
            read(own.classNames?.[name]),
            extra.className,
          ) || undefined,
      },
      children,
    )
  }
}
