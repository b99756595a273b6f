// Checks that are served at one end of a channel and run from the other.
import { expect, it } from 'vitest'
import { portOf } from '../src/conformance/index.ts'
import { remoteChecks, serveChecks } from '../src/conformance/page-area/index.ts'

it('checks at the other end have the same names and come to the same', async () => {
  const { port1, port2 } = new MessageChannel()
  let ran = 0
  const good = {
    name: 'good',
    run: async () => {
      ran++
    },
  }
  const bad = { name: 'bad', run: () => Promise.reject(new Error('not so')) }
  serveChecks(portOf(port1), [good, bad])
  const checks = await remoteChecks(portOf(port2))
  expect(checks.map(({ name }) => name)).toEqual(['good', 'bad'])
  expect(ran).toBe(0)
  await checks[0].run()
  expect(ran).toBe(1)
  await expect(checks[1].run()).rejects.toThrow(/not so/)
  port1.close()
})

it('a worker that dies fails the check that it runs', async () => {
  const { port1, port2 } = new MessageChannel()
  const failures: ((reason: string) => void)[] = []
  serveChecks(portOf(port1), [{ name: 'endless', run: () => new Promise(() => undefined) }])
  const near = portOf(port2)
  const [check] = await remoteChecks({
    ...near,
    onFailure: (listener) => {
      failures.push(listener)
      return () => undefined
    },
  })
  const running = check.run()
  failures.at(-1)?.('exited with code 1')
  await expect(running).rejects.toThrow(/exited with code 1/)
  port1.close()
})
