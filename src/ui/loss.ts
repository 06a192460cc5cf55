// Why nothing is pushed, as four causes that a person can tell apart.
export type LossCause = 'device' | 'server' | 'signedOut' | 'realtime'
