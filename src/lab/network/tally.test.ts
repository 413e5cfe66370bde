import { expect, test } from 'vitest'
import type { NetStack, Rule } from '#lab/network/ports.ts'
import { type Bed, bed, run } from '#lab/network/test-bed.ts'

const icmp: Rule = { match: { protocol: 'icmp' }, target: { kind: 'jump', chain: 'pings' } }
const telnet: Rule = { match: { protocol: 'tcp', port: 23 }, target: { kind: 'drop' } }
const fromA: Rule = { match: { source: '10.0.0.21' }, target: { kind: 'mark', mark: 1 } }

async function pinged(): Promise<Bed & { ping(times: number, sizeBytes?: number): Promise<void> }> {
  const it = bed()
  await it.b.filter.restore({ INPUT: [telnet, icmp], pings: [fromA] })
  const ping = async (times: number, sizeBytes = 84): Promise<void> => {
    for (let i = 0; i < times; i++)
      await run(it.kernel, (task) =>
        it.a.probe(task, { to: '10.0.0.22', protocol: 'icmp', sizeBytes, timeoutMs: 1000 }),
      )
  }
  return { ...it, ping }
}

const packets = (stack: NetStack, chain: string): readonly number[] =>
  stack.filter.counted(chain).rules.map((count) => count.packets)

test('each packet that is sent counts for every rule that it meets, and for the policy in the end, on a kept way too', async () => {
  const { b, network, ping } = await pinged()
  await ping(1)
  const { walks } = network.counts()
  await ping(4)
  expect(network.counts().walks).toBe(walks)
  expect(packets(b, 'INPUT')).toEqual([0, 5])
  expect(packets(b, 'pings')).toEqual([5])
  expect(b.filter.counted('INPUT').policy).toEqual({ packets: 5, bytes: 5 * 84 })
})

test('a look at the way counts nothing', async () => {
  const { a, b } = await pinged()
  a.trace({ to: '10.0.0.22', protocol: 'icmp' })
  expect(packets(b, 'INPUT')).toEqual([0, 0])
})

test('rules that stay keep their counts, and begin anew when they are told to or come again', async () => {
  const { b, ping } = await pinged()
  await ping(3)
  await b.filter.restore({ INPUT: [icmp, telnet, fromA] })
  expect(packets(b, 'INPUT')).toEqual([3, 0, 0])
  await ping(1)
  expect(packets(b, 'INPUT')).toEqual([4, 0, 1])
  await b.filter.zero('INPUT')
  expect([packets(b, 'INPUT'), packets(b, 'pings')]).toEqual([[0, 0, 0], [4]])
  await b.filter.restore({ pings: [{ ...fromA }] })
  expect(packets(b, 'pings')).toEqual([0])
  await ping(1)
  expect([packets(b, 'INPUT'), packets(b, 'pings')]).toEqual([[1, 0, 1], [1]])
})
