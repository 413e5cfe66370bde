/** When the way of a Service's client is walked again for the next conversation. */
import { expect, test } from 'vitest'
import type { NetStack } from '#lab/network/ports.ts'
import type { Rule } from '#lab/network/rule.ts'
import { stackOf } from '#lab/network/stack-net.ts'
import { bed, echo, run } from '#lab/network/test-bed.ts'
import { trackedBy } from '#lab/network/tracked.ts'

const service = { address: '10.96.0.1', port: 443 }

const to = (port: number, match: Rule['match'] = {}): Rule => ({
  match: { destination: `${service.address}/32`, port: service.port, protocol: 'tcp', ...match },
  target: { kind: 'dnat', to: '10.0.0.22', port },
})

const masquerade: Rule = { match: {}, target: { kind: 'masquerade' } }

/** A client that has dialled once, and how many packets are walked when it dials again. */
async function dialled(
  rules: Readonly<Record<string, readonly Rule[]>>,
  between: (a: NetStack) => unknown = () => {},
) {
  const { kernel, network, a, b } = bed()
  await echo(kernel, b, 80)
  await echo(kernel, b, 81)
  await a.apply([
    {
      op: 'route-add',
      route: { destination: '10.96.0.0/16', kind: 'unicast', dev: 'eth0', protocol: 'static' },
    },
  ])
  await a.nat.restore(rules)
  const dial = () => run(kernel, (task) => a.connect(task, service))
  const first = await dial()
  await between(a)
  const { walks } = network.counts()
  const second = await dial()
  const again = network.counts().walks - walks
  second.send('hello')
  return { first, second, again, heard: await run(kernel, (task) => second.receive(task)), a }
}

test('the next conversation is rewritten as the one before it, from its own port, and nothing is walked', async () => {
  const { first, second, again, heard, a } = await dialled({ OUTPUT: [to(80)] })
  expect({ again, heard }).toEqual({ again: 0, heard: 'hello' })
  expect(second.local.port).not.toBe(first.local.port)
  const replies = trackedBy(stackOf(a)).map(({ original, reply }) => [
    original.sourcePort,
    reply.port,
    reply.sourcePort,
  ])
  expect(replies).toEqual([first, second].map(({ local: { port } }) => [port, port, 80]))
})

test('it is walked where a rule has changed, and goes where that sends it', async () => {
  const { again, a } = await dialled({ OUTPUT: [to(80)] }, (at) => at.nat.restore({ OUTPUT: [to(81)] }))
  expect(again).toBeGreaterThan(0)
  expect(trackedBy(stackOf(a)).map(({ reply }) => reply.sourcePort)).toEqual([80, 81])
})

test('where its source port is drawn, the next one has a port of its own there, too', async () => {
  const { second, again, heard, a } = await dialled({ OUTPUT: [to(80)], POSTROUTING: [masquerade] })
  expect({ again, heard }).toEqual({ again: 0, heard: 'hello' })
  const [one, other] = trackedBy(stackOf(a))
  expect(other?.original.sourcePort).toBe(second.local.port)
  expect(new Set([one, other].map((each) => each?.reply.port)).size).toBe(2)
})

test('it is walked where one of two backends is drawn', async () => {
  const { again, heard } = await dialled({ OUTPUT: [to(80, { oneIn: 2 }), to(81)] })
  expect(heard).toBe('hello')
  expect(again).toBeGreaterThan(0)
})
