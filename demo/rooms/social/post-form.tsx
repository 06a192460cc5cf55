// A new post. What was typed comes back if it could not be published.
import { type FormEvent, type KeyboardEvent, useState } from 'react'
import { ErrorNotice } from '../../page/parts/notices.tsx'
import { usePublish } from './mutations.ts'
import { useMe } from './use-me.ts'

const maxLength = 400

export function PostForm() {
  const publish = usePublish(useMe())
  const [text, setText] = useState('')
  const isEmpty = text.trim() === ''

  function submit(event?: FormEvent) {
    event?.preventDefault()
    if (isEmpty || publish.isPending) return
    setText('')
    // It is in the feed already; if it fails it leaves it, and nothing that was typed is lost.
    publish.mutate(text.trim(), { onError: () => setText((since) => (since === '' ? text : `${text} ${since}`)) })
  }

  function submitByKey(event: KeyboardEvent) {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit()
  }

  return (
    <form className="social-post-form" onSubmit={submit}>
      <textarea
        className="social-text"
        aria-label="Write a post"
        placeholder="What should the others know?"
        rows={2}
        maxLength={maxLength}
        value={text}
        dir="auto"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={submitByKey}
      />
      <button type="submit" className="button" data-kind="primary" disabled={isEmpty}>
        Publish
      </button>
      {publish.error && <ErrorNotice error={publish.error}>Not published.</ErrorNotice>}
    </form>
  )
}
