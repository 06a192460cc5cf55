import { useEffect, useState } from 'react'
import { createEmitter, throwLater } from '../base/emitter.ts'
import type { Gate } from '../query/gate.ts'

/**
 * A gate that opens with `isOpen`, once and for all. A persisted cache comes first: what were done to it while it is being restored
 * would be overwritten.
 */
export function useGate(isOpen: boolean): Gate {
  const [gate] = useState(createGate)
  useEffect(() => {
    if (isOpen) gate.open()
  }, [gate, isOpen])
  return gate
}

function createGate() {
  const opened = createEmitter<void>(throwLater)
  let isOpen = false
  return {
    isOpen: () => isOpen,
    onOpen: opened.on,
    open() {
      if (isOpen) return
      isOpen = true
      opened.emit()
    },
  }
}
