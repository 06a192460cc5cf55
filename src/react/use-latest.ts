import { type RefObject, useInsertionEffect, useRef } from 'react'

/** The value of the last committed render, for callbacks that outlive the render they were made in. */
export function useLatest<T>(value: T): Readonly<RefObject<T>> {
  const latest = useRef(value)
  // Before any other effect of the commit, so that none of them sees an old one.
  useInsertionEffect(() => {
    latest.current = value
  })
  return latest
}
