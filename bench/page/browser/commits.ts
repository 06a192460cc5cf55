// Counts React's commits: it tells its developer tools of each one, in production too, if they are there when it is loaded.

export const commits = { count: 0 }

const developerTools = {
  supportsFiber: true,
  isDisabled: false,
  renderers: new Map(),
  inject: () => 1,
  checkDCE() {},
  onCommitFiberRoot: () => commits.count++,
  onCommitFiberUnmount() {},
  onPostCommitFiberRoot() {},
}

Object.assign(globalThis, { ['__REACT_DEVTOOLS_GLOBAL_HOOK__']: developerTools })
