// Says in one sentence that Node is too old, before anything newer than this file's syntax is loaded.
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `livecache: the demo and the tests need Node 22.18 or newer, and this is Node ${process.versions.node}. Install Node 24, then run the command again.`,
  )
  process.exit(1)
}
