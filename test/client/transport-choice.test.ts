import { afterEach, describe, expect, it, vi } from 'vitest'
import { type ChoiceStorage, createTransportChoice, sessionStorageIfAny } from '../../src/client/transport-choice.ts'

afterEach(() => vi.unstubAllGlobals())

const names = ['websocket', 'sse', 'polling']

function memory(entries: Record<string, string> = {}) {
  const stored = new Map(Object.entries(entries))
  const storage: ChoiceStorage = {
    getItem: (key) => stored.get(key) ?? null,
    setItem: (key, value) => void stored.set(key, value),
  }
  return { stored, storage }
}

const throwing: ChoiceStorage = {
  getItem() {
    throw new DOMException('denied', 'SecurityError')
  },
  setItem() {
    throw new DOMException('full', 'QuotaExceededError')
  },
}

describe('the choice of a transport', () => {
  it('is the order of the list as long as nothing is known', () => {
    expect(createTransportChoice(names, null).order()).toEqual([0, 1, 2])
    expect(createTransportChoice(names, memory().storage).order()).toEqual([0, 1, 2])
  })

  it('begins with the one that worked last, the rest in their order', () => {
    const choice = createTransportChoice(names, null)
    choice.noteReady(2)
    expect(choice.order()).toEqual([2, 0, 1])
    choice.noteReady(0)
    expect(choice.order()).toEqual([0, 1, 2])
  })

  it('tries last what opened and stayed mute, until it works again', () => {
    const choice = createTransportChoice(names, null)
    choice.noteLast(0)
    expect(choice.order()).toEqual([1, 2, 0])
    choice.noteLast(1)
    expect(choice.order()).toEqual([2, 0, 1])
    choice.noteReady(0)
    expect(choice.order()).toEqual([0, 2, 1])
  })

  it('tries all of them even where all were mute', () => {
    const choice = createTransportChoice(names, null)
    for (const index of [2, 0, 1]) choice.noteLast(index)
    expect(choice.order()).toEqual([0, 1, 2])
  })

  it('is remembered over a reload', () => {
    const { storage } = memory()
    createTransportChoice(names, storage).noteReady(1)
    expect(createTransportChoice(names, storage).order()).toEqual([1, 0, 2])
  })

  it('is not shared with a client that has other transports', () => {
    const { storage } = memory()
    createTransportChoice(names, storage).noteReady(1)
    expect(createTransportChoice(['websocket', 'polling'], storage).order()).toEqual([0, 1])
  })

  it('is not written again and again', () => {
    const { storage } = memory()
    const written: string[] = []
    const choice = createTransportChoice(names, { ...storage, setItem: (_key, value) => void written.push(value) })
    for (const index of [0, 1, 1, 1, 0]) choice.noteReady(index)
    expect(written).toEqual(['sse', 'websocket'])
  })

  it('starts anew from what nobody can make sense of', () => {
    const { storage, stored } = memory()
    createTransportChoice(names, storage).noteReady(1)
    for (const key of stored.keys()) stored.set(key, 'carrier pigeon')
    expect(createTransportChoice(names, storage).order()).toEqual([0, 1, 2])
  })

  it('lives with a storage that throws on every touch', () => {
    const choice = createTransportChoice(names, throwing)
    expect(choice.order()).toEqual([0, 1, 2])
    choice.noteReady(1)
    expect(choice.order()).toEqual([1, 0, 2])
  })
})

describe('the storage of the session', () => {
  it('is that of the page', () => {
    const { storage } = memory()
    vi.stubGlobal('document', {})
    vi.stubGlobal('sessionStorage', storage)
    expect(sessionStorageIfAny()).toBe(storage)
  })

  it('is none outside a page, though the platform may have one', () => {
    vi.stubGlobal('document', undefined)
    vi.stubGlobal('sessionStorage', memory().storage)
    expect(sessionStorageIfAny()).toBeNull()
  })

  it('is none where it may not even be looked at', () => {
    vi.stubGlobal('document', {})
    Object.defineProperty(globalThis, 'sessionStorage', {
      configurable: true,
      get() {
        throw new DOMException('denied', 'SecurityError')
      },
    })
    expect(sessionStorageIfAny()).toBeNull()
    Reflect.deleteProperty(globalThis, 'sessionStorage')
  })
})
