// The streams of the room: one that everybody reads, and one for each person.

export const commonStream = 'tenant:kestrel:social'
export const streamOf = (personId: string): string => `user:${personId}:social`

/** `user:lena:social` → `lena` */
export const ownerOf = (stream: string | undefined): string | undefined =>
  /^user:([^:]+):social$/.exec(stream ?? '')?.[1]
