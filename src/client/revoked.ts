// The word by which the app learns that something may no longer be read.

/** What whoever is signed in may no longer read, so that nothing of it stays on the page. */
export interface Revoked {
  /** Names or patterns of streams; `all` where the subscription that was taken away had named none. */
  streams: readonly string[] | 'all'
}
