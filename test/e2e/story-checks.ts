// What is asked of every story, as functions that run in its page. Each answers the faults it found, as sentences.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** A story is a fragment: it has no page around it. */
const offInFragments = ['region', 'page-has-heading-one', 'landmark-one-main']

interface AxeResults {
  violations: { id: string; help: string; nodes: { target: unknown[]; failureSummary?: string }[] }[]
}
interface AxeWindow extends Window {
  axe?: { run(context: unknown, options: unknown): Promise<AxeResults> }
}

/** @param off rules that mean nothing in the mode the page is in */
export const axeFaults = (page: Page, off: readonly string[] = []): Promise<string[]> =>
  axeFaultsOfPage(page, [...offInFragments, ...off])

/** Of a page that is all there, with its landmarks and its headings. */
export async function axeFaultsOfPage(page: Page, off: readonly string[] = []): Promise<string[]> {
  await page.evaluate((source) => {
    // oxlint-disable-next-line typescript/no-implied-eval -- a script of ours, which sets a global
    if ((globalThis as unknown as AxeWindow).axe === undefined) new Function(source)()
  }, axeSource)
  const { violations } = await page.evaluate(
    (rules) =>
      (globalThis as unknown as AxeWindow).axe!.run(
        { include: [document.body], exclude: ['.sb-wrapper', '#storybook-docs', '#storybook-highlights-root'] },
        { rules, resultTypes: ['violations'] },
      ),
    Object.fromEntries(off.map((rule) => [rule, { enabled: false }])),
  )
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      ({ target, failureSummary = '' }) =>
        `${id}: ${help}. ${target.join(' ')} ${failureSummary.replaceAll(/\s+/g, ' ')}`,
    ),
  )
}

/** Whether the page scrolls sideways, and which elements make it. */
export function overflowFaults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement
    if (scrollWidth <= clientWidth) return []
    const wide = [...document.querySelectorAll('#storybook-root *')].filter((element) => {
      const { left, right } = element.getBoundingClientRect()
      return right > clientWidth + 1 || left < -1
    })
    const names = wide.slice(0, 3).map((element) => element.outerHTML.slice(0, 120))
    return [`The page is ${scrollWidth} px wide in a window of ${clientWidth} px: ${names.join(' … ')}`]
  })
}

/** What can be pressed and is smaller than 24 px in either direction. */
export function targetFaults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const pressable = 'button, a[href], summary, [role="button"], [role="switch"], [role="tab"]'
    const places = ':is([data-lc], .server-console)'
    return [...document.querySelectorAll(`${places} :is(${pressable}), ${places}:is(${pressable})`)]
      .filter((element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
      .flatMap((element) => {
        const { width, height } = element.getBoundingClientRect()
        // One that is heard and not seen is no target.
        if (width <= 1 || height <= 1 || (width >= 23.9 && height >= 23.9)) return []
        return [`${Math.round(width)}×${Math.round(height)} px: ${element.outerHTML.slice(0, 160)}`]
      })
  })
}

export interface FocusLimits {
  /** Only in these. @default the parts of livecache, and the console of a story */
  within?: string
  /** @default 80 */
  maxStops?: number
}

/** Goes through the page with Tab and looks at each stop, once: where is its outline, how wide is it, can it be seen? */
export async function focusFaults(page: Page, limits: FocusLimits = {}): Promise<string[]> {
  const { within = '[data-lc], .server-console', maxStops = 80 } = limits
  const faults: string[] = []
  await page.evaluate(() => {
    ;(document.activeElement as HTMLElement | null)?.blur?.()
    document.documentElement.dataset['walk'] = String(Math.random())
  })
  for (let stop = 0; stop < maxStops; stop++) {
    await page.keyboard.press('Tab')
    const found = await page.evaluate(lookAtFocus, within)
    if (found === 'seen') break
    if (found !== null) faults.push(found)
  }
  return faults
}

/** What the last walk should have come to, and did not. */
export function unreachedFaults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { seen } = (globalThis as unknown as { walk: { seen: ReadonlySet<Element> } }).walk
    // Of a group of radio buttons one is a stop.
    const groups = new Set([...seen].flatMap((element) => (isRadio(element) ? [element.name] : [])))
    return [...document.querySelectorAll<HTMLElement>('a[href], button, input, select, textarea, [tabindex]')]
      .filter(
        (element) => element.tabIndex >= 0 && !element.matches(':disabled, [inert] *') && element.checkVisibility(),
      )
      .filter((element) => !seen.has(element) && !(isRadio(element) && groups.has(element.name)))
      .map((element) => `Tab does not come to ${element.outerHTML.slice(0, 160)}`)

    function isRadio(element: Element): element is HTMLInputElement {
      return element instanceof HTMLInputElement && element.type === 'radio'
    }
  })
}

/** Runs in the page. Answers `seen` where the walk has come round, and null where there is nothing to say. */
function lookAtFocus(within: string): string | null {
  interface Walk {
    name: string | undefined
    seen: Set<Element>
  }
  const holder = globalThis as unknown as { walk?: Walk }
  const name = document.documentElement.dataset['walk']
  if (holder.walk?.name !== name) holder.walk = { name, seen: new Set() }
  const { seen } = holder.walk!

  let focused: Element = document.activeElement ?? document.body
  while (focused.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement
  // Between the last stop and the first one the focus is on the page itself; twice there: there is no stop.
  if (seen.has(focused)) return 'seen'
  seen.add(focused)
  if (focused === document.body || !isOurs(focused)) return null

  const ring = [focused, ...shownFor(focused)].find((element) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(element)
    return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2
  })
  const what = focused.outerHTML.slice(0, 160)
  if (ring === undefined) {
    const { outline } = getComputedStyle(focused)
    return `No outline of 2 px or more (${outline}): ${what}`
  }
  const { outlineColor, outlineOffset } = getComputedStyle(ring)
  const ground = groundOf(Number.parseFloat(outlineOffset) < 0 ? ring : parentOf(ring))
  if (ground === null) return null
  const contrast = contrastOf(over(pixelOf(outlineColor), ground), ground)
  return contrast >= 3 ? null : `The outline has a contrast of ${contrast.toFixed(2)} only (${outlineColor}): ${what}`

  function isOurs(element: Element | null): boolean {
    for (let at = element; at !== null; at = parentOf(at)) if (at.matches(within)) return true
    return false
  }
  function parentOf(element: Element): Element | null {
    const root = element.getRootNode()
    return element.parentElement ?? (root instanceof ShadowRoot ? root.host : null)
  }
  /** What may show the focus of a control that is not seen itself. */
  function shownFor(element: Element): Element[] {
    const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : []
    const { nextElementSibling, parentElement } = element
    // A row may show it for the name in it that opens the row.
    const row = parentElement?.parentElement ?? null
    return [...labels, nextElementSibling, parentElement, row, element.closest('li')].filter((other) => other !== null)
  }
  type Pixel = readonly [red: number, green: number, blue: number, alpha: number]
  function pixelOf(color: string): Pixel {
    const context = new OffscreenCanvas(1, 1).getContext('2d')!
    context.fillStyle = color
    context.fillRect(0, 0, 1, 1)
    const [red = 0, green = 0, blue = 0, alpha = 0] = context.getImageData(0, 0, 1, 1).data
    return [red, green, blue, alpha / 255]
  }
  function over([red, green, blue, alpha]: Pixel, [r, g, b]: Pixel): Pixel {
    const mix = (top: number, below: number) => top * alpha + below * (1 - alpha)
    return [mix(red, r), mix(green, g), mix(blue, b), 1]
  }
  /** The colour behind an element; null where it is a picture. */
  function groundOf(element: Element | null): Pixel | null {
    const layers: Pixel[] = []
    for (let at = element; at !== null; at = parentOf(at)) {
      const { backgroundColor, backgroundImage } = getComputedStyle(at)
      if (backgroundImage !== 'none') return null
      const pixel = pixelOf(backgroundColor)
      layers.push(pixel)
      if (pixel[3] === 1) break
    }
    const isDark = matchMedia('(prefers-color-scheme: dark)').matches
    const canvas: Pixel = isDark ? [0, 0, 0, 1] : [255, 255, 255, 1]
    return layers.toReversed().reduce((below, layer) => over(layer, below), canvas)
  }
  function contrastOf(one: Pixel, other: Pixel): number {
    const [lighter = 0, darker = 0] = [luminanceOf(one), luminanceOf(other)].toSorted((a, b) => b - a)
    return (lighter + 0.05) / (darker + 0.05)
  }
  function luminanceOf([red, green, blue]: Pixel): number {
    const [r = 0, g = 0, b = 0] = [red, green, blue].map((channel) => {
      const share = channel / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
}

export interface MotionLimits {
  /** Movement that is over after this, in ms, is none. @default 0 */
  longestMs?: number
  /** Only in these. @default everything but Storybook's own parts */
  within?: string
}

/** What would move for longer than it may, and what does so right now. */
export function motionFaults(page: Page, limits: MotionLimits = {}): Promise<string[]> {
  return page.evaluate(({ longestMs = 0, within = '*' }) => {
    const faults: string[] = []
    const parts = [null, '::before', '::after', '::backdrop', '::details-content']
    for (const element of everything(document).filter(isMeant)) {
      for (const part of parts) {
        const style = getComputedStyle(element, part)
        const what = `${element.outerHTML.slice(0, 120)}${part ?? ''}`
        const { animationName, animationIterationCount: count, animationDuration, transitionDuration } = style
        const animationMs = longest(animationDuration) * (longest(count, 'infinite') || 0)
        if (animationName !== 'none' && animationMs > longestMs)
          faults.push(`The animation ${animationName}, ${count} × ${animationDuration}: ${what}`)
        if (style.transitionProperty !== 'none' && longest(transitionDuration) > longestMs)
          faults.push(`A transition of ${transitionDuration}: ${what}`)
      }
    }
    for (const { effect } of document.getAnimations()) {
      const target = (effect as KeyframeEffect | null)?.target
      const endMs = Number(effect?.getComputedTiming().endTime ?? 0)
      if (target && isMeant(target) && endMs > longestMs)
        faults.push(`An animation of ${endMs} ms is running: ${target.outerHTML.slice(0, 120)}`)
    }
    return faults

    function isMeant(element: Element): boolean {
      return !element.closest('.sb-wrapper, #storybook-docs, #storybook-highlights-root') && element.matches(within)
    }
    /** The greatest of a list of times, in ms, or of numbers. */
    function longest(list: string, endless?: string): number {
      const values = list.split(',').map((item) => {
        if (item.trim() === endless) return Infinity
        return Number.parseFloat(item) * (item.endsWith('s') && !item.endsWith('ms') ? 1_000 : 1)
      })
      return Math.max(...values)
    }
    function everything(root: Document | ShadowRoot): Element[] {
      return [...root.querySelectorAll('*')].flatMap((element) =>
        element.shadowRoot ? [element, ...everything(element.shadowRoot)] : [element],
      )
    }
  }, limits)
}

/** The words a story shows and says, without the console below it, times and figures. */
export async function wordsOf(page: Page): Promise<Set<string>> {
  const words = await page.evaluate(() => {
    const left = '.sb-wrapper, #storybook-docs, #storybook-highlights-root, .server-console, time, script, style'
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const found: string[] = []
    while (walker.nextNode()) {
      const { parentElement: parent, textContent: text } = walker.currentNode
      if (!parent || parent.closest(left) || !parent.checkVisibility({ visibilityProperty: true })) continue
      found.push(...(text ?? '').split(/\s+/))
    }
    return found
  })
  return new Set(
    words
      .filter((word) => !/\p{N}/u.test(word))
      .map((word) => word.toLowerCase().replaceAll(/[^\p{L}\p{M}]/gu, ''))
      .filter((word) => word !== ''),
  )
}
