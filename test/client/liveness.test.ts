import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Clock, systemClock } from '../../src/base/clock.ts'
import { createScope } from '../../src/base/scope.ts'
import { createLiveness, type LivenessOptions } from '../../src/client/liveness.ts'

beforeEach(() => void vi.useFakeTimers({ now: 0 }))
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

const [limitMs, answerMs, minute] = [40_000, 2_000, 60_000]

/** Ends with the test, as a link ends with its verdict. */
function watched(test: (made: ReturnType<typeof setUp>) => void, options: Options = {}) {
  return () => {
    const made = setUp(options)
    test(made)
    made.scope.dispose()
  }
}

/** A hidden tab: timers come with the next full minute. */
const throttledClock: Clock = {
  ...systemClock,
  timeout: (run, ms) => systemClock.timeout(run, Math.ceil((Date.now() + ms) / minute) * minute - Date.now()),
}

interface Options extends Partial<LivenessOptions> {
  clock?: Clock
}

function setUp({ clock = systemClock, ...options }: Options) {
  const scope = createScope(clock)
  const said: string[] = []
  const liveness = createLiveness({
    scope,
    now: systemClock.now,
    silenceLimitMs: limitMs,
    answerLimitMs: answerMs,
    ping: () => void said.push('ping'),
    beats: true,
    onDead(reason) {
      said.push(`dead: ${reason}`)
      scope.dispose()
    },
    onAnswer: (ms) => said.push(`answered in ${ms}`),
    onHearing: () => {},
    ...options,
  })
  /** The machine sleeps, or the page does not run: time goes on, timers and messages wait. */
  const sleep = (ms: number) => void vi.setSystemTime(Date.now() + ms)
  return { scope, said, liveness, sleep }
}

const silence = 'dead: nothing was heard for 40 s'
const unanswered = 'dead: a ping was not answered'
/** Puts the clock where the timer that is due next was meant to fire, so that it fires `lateMs` late. */
function fireLate(lateMs: number) {
  vi.setSystemTime(Date.now() + lateMs)
  vi.advanceTimersToNextTimer()
}

describe('a link that beats', () => {
  it(
    'is dead after forty seconds of silence, not sooner',
    watched(({ said }) => {
      vi.advanceTimersByTime(limitMs - 1)
      expect(said).toEqual([])
      vi.advanceTimersByTime(1)
      expect(said).toEqual([silence])
    }),
  )

  it(
    'lives as long as something comes, whatever it is',
    watched(({ liveness, said }) => {
      for (let second = 0; second < 600; second += 39) {
        vi.advanceTimersByTime(39_000)
        liveness.heard()
      }
      expect(said).toEqual([])
      vi.advanceTimersByTime(limitMs)
      expect(said).toEqual([silence])
    }),
  )

  it(
    'that fell silent is found dead forty seconds after the last word',
    watched(({ liveness, said }) => {
      vi.advanceTimersByTime(15_000)
      liveness.heard()
      vi.advanceTimersByTime(limitMs - 1)
      expect(said).toEqual([])
      vi.advanceTimersByTime(1)
      expect(said).toEqual([silence])
    }),
  )

  it(
    'is looked after no more often than it takes',
    watched(({ liveness }) => {
      vi.advanceTimersByTime(15_000)
      liveness.heard()
      vi.advanceTimersToNextTimer()
      expect(Date.now()).toBe(limitMs)
      vi.advanceTimersToNextTimer()
      expect(Date.now()).toBe(15_000 + limitMs)
    }),
  )

  it(
    'is not watched where silence never counts as death',
    watched(
      ({ said }) => {
        expect(vi.getTimerCount()).toBe(0)
        vi.advanceTimersByTime(24 * 60 * minute)
        expect(said).toEqual([])
      },
      { silenceLimitMs: Infinity },
    ),
  )

  it(
    'is nobody’s business once its scope has ended',
    watched(({ scope, liveness, said }) => {
      liveness.verify()
      scope.dispose()
      expect(vi.getTimerCount()).toBe(0)
      vi.advanceTimersByTime(10 * minute)
      expect(said).toEqual(['ping'])
    }),
  )
})

describe('a link that does not beat', () => {
  it(
    'is not dead for being silent',
    watched(
      ({ said }) => {
        vi.advanceTimersByTime(60 * minute)
        expect(said).toEqual([])
      },
      { beats: false },
    ),
  )

  it(
    'is not looked after more often than one that does',
    watched(
      ({ liveness }) => {
        vi.advanceTimersByTime(limitMs)
        expect(liveness.beats).toBe(false)
        const before = Date.now()
        vi.advanceTimersToNextTimer()
        expect(Date.now() - before).toBe(limitMs)
      },
      { beats: false },
    ),
  )

  it(
    'is judged like the others from its first sign of life on',
    watched(
      ({ liveness, said }) => {
        vi.advanceTimersByTime(5 * minute)
        liveness.heard()
        liveness.beatsNow()
        expect(liveness.beats).toBe(true)
        vi.advanceTimersByTime(limitMs - 1)
        expect(said).toEqual([])
        vi.advanceTimersByTime(1_001)
        expect(said).toEqual([silence])
      },
      { beats: false },
    ),
  )
})

describe('a question', () => {
  it(
    'that is answered tells the round trip, and that the link lives',
    watched(({ liveness, said }) => {
      expect(liveness.verify()).toBe(true)
      vi.advanceTimersByTime(120)
      liveness.heard()
      liveness.answered()
      vi.advanceTimersByTime(answerMs)
      expect(said).toEqual(['ping', 'answered in 120'])
    }),
  )

  it(
    'that is not answered in two seconds means death',
    watched(({ liveness, said }) => {
      liveness.verify()
      vi.advanceTimersByTime(answerMs - 1)
      expect(said).toEqual(['ping'])
      vi.advanceTimersByTime(1)
      expect(said).toEqual(['ping', unanswered])
    }),
  )

  it(
    'is answered by anything that comes, though only a pong tells the round trip',
    watched(({ liveness, said }) => {
      liveness.verify()
      vi.advanceTimersByTime(500)
      liveness.heard()
      vi.advanceTimersByTime(5_000)
      expect(said).toEqual(['ping'])
      liveness.answered()
      expect(said).toEqual(['ping', 'answered in 5500'])
    }),
  )

  it(
    'is not answered by what was read in the very millisecond it was asked, which came before',
    watched(({ liveness, said }) => {
      liveness.verify()
      liveness.heard()
      vi.advanceTimersByTime(answerMs)
      expect(said).toEqual(['ping', unanswered])
    }),
  )

  it(
    'is answered by a pong of the very millisecond',
    watched(({ liveness, said }) => {
      liveness.verify()
      liveness.heard()
      liveness.answered()
      vi.advanceTimersByTime(answerMs)
      expect(said).toEqual(['ping', 'answered in 0'])
    }),
  )

  it(
    'that is open asks for all who want to know: focus comes in bursts',
    watched(({ liveness, said }) => {
      for (let times = 0; times < 5; times++) {
        expect(liveness.verify()).toBe(true)
        vi.advanceTimersByTime(300)
      }
      expect(said).toEqual(['ping'])
      vi.advanceTimersByTime(500)
      expect(said).toEqual(['ping', unanswered])
    }),
  )

  it(
    'can be asked again after the one before was answered',
    watched(({ liveness, said }) => {
      liveness.verify()
      liveness.heard()
      liveness.answered()
      liveness.verify()
      vi.advanceTimersByTime(answerMs)
      expect(said).toEqual(['ping', 'answered in 0', 'ping', unanswered])
    }),
  )

  it(
    'that nobody asked has no answer, and one that was asked has one',
    watched(({ liveness, said }) => {
      liveness.answered()
      expect(said).toEqual([])
      liveness.verify()
      for (let pongs = 0; pongs < 2; pongs++) liveness.answered()
      expect(said).toEqual(['ping', 'answered in 0'])
    }),
  )

  it(
    'cannot be asked of a server that would not understand it',
    watched(
      ({ liveness, said }) => {
        expect(liveness.verify()).toBe(false)
        vi.advanceTimersByTime(answerMs)
        expect(said).toEqual([])
      },
      { ping: null },
    ),
  )
})

describe('a machine that slept for hours', () => {
  it(
    'asks on waking, and finds the link dead within two seconds of it',
    watched(({ sleep, said }) => {
      sleep(8 * 60 * minute)
      vi.advanceTimersToNextTimer()
      expect(said).toEqual(['ping'])
      vi.advanceTimersByTime(answerMs)
      expect(said).toEqual(['ping', unanswered])
    }),
  )

  it(
    'keeps a link that answers',
    watched(({ sleep, liveness, said }) => {
      sleep(8 * 60 * minute)
      vi.advanceTimersToNextTimer()
      vi.advanceTimersByTime(80)
      liveness.heard()
      liveness.answered()
      vi.advanceTimersByTime(limitMs - 1_000)
      expect(said).toEqual(['ping', 'answered in 80'])
    }),
  )

  it(
    'gives a plain server, which cannot be asked, two seconds for what is still to be read',
    watched(
      ({ sleep, liveness, said }) => {
        sleep(8 * 60 * minute)
        vi.advanceTimersToNextTimer()
        vi.advanceTimersByTime(answerMs - 1)
        expect(said).toEqual([])
        liveness.heard()
        vi.advanceTimersByTime(limitMs - 1)
        expect(said).toEqual([])
        sleep(8 * 60 * minute)
        vi.advanceTimersToNextTimer()
        vi.advanceTimersByTime(answerMs)
        expect(said).toEqual([unanswered])
      },
      { ping: null },
    ),
  )
})

describe('a page whose timers come once a minute', () => {
  it(
    'never doubts a link that goes on to be heard',
    watched(
      ({ liveness, said }) => {
        for (let beat = 0; beat < 40; beat++) {
          vi.advanceTimersByTime(30_000)
          liveness.heard()
        }
        expect(said).toEqual([])
      },
      { clock: throttledClock },
    ),
  )

  it(
    'keeps a link that was quiet for long and answers when asked',
    watched(
      ({ liveness, said }) => {
        vi.advanceTimersByTime(minute)
        expect(said).toEqual(['ping'])
        vi.advanceTimersByTime(50)
        liveness.heard()
        liveness.answered()
        vi.advanceTimersByTime(minute - 1_000)
        expect(said).toEqual(['ping', 'answered in 50'])
      },
      { clock: throttledClock },
    ),
  )

  it(
    'finds a dead link within three minutes',
    watched(
      ({ said }) => {
        vi.advanceTimersByTime(3 * minute)
        expect(said).toEqual(['ping', unanswered])
      },
      { clock: throttledClock },
    ),
  )

  it(
    'does not believe a verdict of its own that came late: what answers it may lie unread',
    watched(({ liveness, said }) => {
      fireLate(minute)
      expect(said).toEqual(['ping'])
      fireLate(minute)
      expect(said).toEqual(['ping'])
      liveness.heard()
      vi.advanceTimersByTime(answerMs)
      expect(said).toEqual(['ping'])
    }),
  )

  it(
    'trusts a timer that is late by no more than a busy page',
    watched(({ said }) => {
      fireLate(1_000)
      expect(said).toEqual([silence])
    }),
  )

  it(
    'trusts the same of the verdict about a question',
    watched(({ liveness, said }) => {
      liveness.verify()
      fireLate(1_000)
      expect(said).toEqual(['ping', unanswered])
    }),
  )
})

describe('a clock that is set', () => {
  it(
    'back does not put off the verdict',
    watched(({ said }) => {
      vi.advanceTimersByTime(30_000)
      vi.setSystemTime(Date.now() - 60 * minute)
      vi.advanceTimersByTime(10_000 + limitMs)
      expect(said).toEqual([silence])
    }),
  )

  it(
    'forward is no silence: the link is asked first',
    watched(({ liveness, said }) => {
      vi.setSystemTime(Date.now() + 60 * minute)
      vi.advanceTimersByTime(limitMs)
      expect(said).toEqual(['ping'])
      vi.advanceTimersByTime(100)
      liveness.heard()
      liveness.answered()
      vi.advanceTimersByTime(answerMs)
      expect(said).toEqual(['ping', 'answered in 100'])
    }),
  )
})

describe('whether a link is heard', () => {
  it(
    'is judged by the clock alone, as timers stand still while a machine sleeps',
    watched(({ liveness, sleep }) => {
      sleep(limitMs - 1)
      expect(liveness.isHeard).toBe(true)
      sleep(1)
      expect(liveness.isHeard).toBe(false)
      liveness.heard()
      expect(liveness.isHeard).toBe(true)
    }),
  )

  it('is told when a silence shows that gives no verdict yet, and when it is over', () => {
    const told: boolean[] = []
    const { liveness, scope, said } = setUp({ onHearing: () => told.push(liveness.isHeard) })
    liveness.heard()
    fireLate(10 * minute)
    expect({ told, said }).toEqual({ told: [false], said: ['ping'] })
    liveness.heard()
    liveness.heard()
    expect(told).toEqual([false, true])
    scope.dispose()
  })

  it(
    'is no question where silence means nothing',
    watched(
      ({ liveness, sleep }) => {
        sleep(60 * minute)
        expect(liveness.isHeard).toBe(true)
      },
      { beats: false },
    ),
  )
})
