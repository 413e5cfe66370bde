import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isErrno } from '#lab/host/ports.ts'
import type { NetChange, Payload } from '#lab/network/ports.ts'
import { bed, podBed, run } from '#lab/network/test-bed.ts'

describe('whatever breaks in between', () => {
  const when = fc.nat({ max: 60_000 })

  test('a connection that lives delivers everything once and in order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(when, { minLength: 1, maxLength: 30 }),
        fc.array(fc.record({ atMs: when, kind: fc.constantFrom('port a', 'port b', 'there', 'back') }), {
          maxLength: 12,
        }),
        async (sendAtMs, flips) => {
          const { kernel, network, a, b } = bed()
          const got: (Payload | 'closed' | undefined)[] = []
          await b.listen({ port: 80 }, (c) => {
            kernel.start('reader', async (task) => {
              for (let next = await c.receive(task); next !== 'closed'; next = await c.receive(task))
                got.push(next)
            })
          })
          const c = await run(kernel, (task) => a.connect(task, { address: '10.0.0.22', port: 80 }))
          const { underlay } = network
          const rule = (name: string, source: string): void => {
            if (underlay.rules().some((each) => each.name === name)) underlay.removeRule(name)
            else underlay.addRule({ name, source, action: 'drop' })
          }
          for (const { atMs, kind } of flips)
            kernel.at(1000 + atMs, 'flip', () => {
              if (kind === 'there') rule('there', '10.0.0.21')
              else if (kind === 'back') rule('back', '10.0.0.22')
              else underlay.port(kind.slice(-1)).up = !underlay.port(kind.slice(-1)).up
            })
          const sorted = sendAtMs.toSorted((x, y) => x - y)
          for (const [index, atMs] of sorted.entries())
            kernel.at(1000 + atMs, 'send', () => c.send(`${index}`))
          await kernel.advanceTo(70_000)
          underlay.port('a').up = true
          underlay.port('b').up = true
          for (const { name } of underlay.rules()) underlay.removeRule(name)
          // The longest wait between two retries, and what the retries before it took.
          await kernel.advanceTo(70_000 + 250_000)
          expect(got).toEqual(sorted.map((_, index) => `${index}`))
        },
      ),
      { numRuns: 60 },
    )
  })

  const pick = <const T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values)
  const link = pick('eth0', 'calipodA', 'calipodB', 'lo')
  const destination = pick(
    '0.0.0.0/0',
    '10.244.1.0/26',
    '10.244.2.0/26',
    '10.244.1.5/32',
    '10.244.2.5/32',
    '10.0.0.0/24',
  )
  const change: fc.Arbitrary<NetChange> = fc.oneof(
    fc.record({ op: fc.constant('link-set' as const), name: link, up: fc.boolean() }),
    fc.record({ op: fc.constant('link-set' as const), name: link, mtuBytes: pick(50, 1400, 1500) }),
    fc.record({ op: fc.constant('route-del' as const), destination }),
    fc
      .record({
        destination,
        kind: pick('unicast', 'blackhole', 'unreachable'),
        via: pick('10.0.0.1', '10.0.0.21', '10.0.0.22', '10.0.0.77'),
      })
      .map(
        ({ destination: to, kind, via }): NetChange => ({
          op: 'route-replace',
          route: { destination: to, kind, protocol: 'static', ...(kind === 'unicast' ? { via } : {}) },
        }),
      ),
    fc.record({
      op: fc.constant('sysctl' as const),
      name: pick('net.ipv4.ip_forward', 'net.ipv4.conf.calipodA.proxy_arp'),
      value: pick('0', '1'),
    }),
  )

  test('a trace that comes back and a probe that is answered are the same thing', async () => {
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(pick('a', 'b'), change), { maxLength: 6 }), async (changes) => {
        const all = await podBed()
        for (const [host, each] of changes)
          await all[host as 'a' | 'b'].apply([each]).catch((error: unknown) => {
            if (!isErrno(error)) throw error
          })
        const trace = all.podA.trace({ to: '10.244.2.5', protocol: 'icmp' })
        const answered = await run(all.kernel, (task) =>
          all.podA
            .probe(task, { to: '10.244.2.5', protocol: 'icmp', timeoutMs: 5000 })
            .catch((error: unknown) => {
              if (!isErrno(error)) throw error
              return { kind: error.code }
            }),
        )
        seen.add(answered.kind)
        expect(trace.at(-1)?.what === 'reply delivered to 10.244.1.5').toBe(answered.kind === 'reply')
      }),
      { numRuns: 300, seed: 7 },
    )
    expect([...seen]).toEqual(expect.arrayContaining(['reply', 'silent', 'unreachable']))
  })
})
