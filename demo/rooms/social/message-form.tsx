// One line to write a message. It is free for the next one at once.
import { type FormEvent, useState } from 'react'

const maxLength = 600

export function MessageForm({ onSend }: { onSend: (text: string) => void }) {
  const [text, setText] = useState('')

  function submit(event: FormEvent) {
    event.preventDefault()
    if (text.trim() === '') return
    onSend(text.trim())
    setText('')
  }

  return (
    <form className="social-message-form" onSubmit={submit}>
      <input
        aria-label="Write a message"
        placeholder="Write a message"
        value={text}
        maxLength={maxLength}
        dir="auto"
        autoComplete="off"
        onChange={(event) => setText(event.target.value)}
        data-testid="message-input"
      />
      <button type="submit" className="button" data-kind="primary" disabled={text.trim() === ''}>
        Send
      </button>
    </form>
  )
}
