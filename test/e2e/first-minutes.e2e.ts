// What goes wrong in the first minutes gets one clear sentence.
import { createServer } from 'node:net'
import { freePort } from '../free-port.ts'
import { expect, runDemo, test } from './demo.ts'

test('a port that is taken is said plainly', async () => {
  const port = await freePort()
  const blocker = createServer()
  await new Promise<void>((resolve) => blocker.listen(port, '127.0.0.1', resolve))
  const { output, ended } = runDemo({ PORT: String(port) })
  expect(await ended).toBe(1)
  expect(output().trim()).toBe(
    `Port ${port} is taken: stop what uses it, or choose another one, as in PORT=${port + 1} npm start.`,
  )
  blocker.close()
})
