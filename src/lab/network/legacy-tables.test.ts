import { describe, expect, test } from 'vitest'
import type { NetStack } from '#lab/network/ports.ts'
import type { Rule } from '#lab/network/rule.ts'
import { codeOf, echo, podBed, run } from '#lab/network/test-bed.ts'

const rule = (kind: 'accept' | 'drop'): Rule => ({ match: {}, target: { kind } })

/** Forwards a connection from one pod to the other on the sender's host. */
async function forwarded(prepare: (host: NetStack) => Promise<void>): Promise<string> {
  const { kernel, a, podA, podB } = await podBed()
  await echo(kernel, podB)
  await prepare(a)
  return run(kernel, (task) =>
    codeOf(podA.connect(task, { address: '10.244.2.5', port: 80 }, { timeoutMs: 4000 })),
  )
}

describe('two back-ends of iptables on one host', () => {
  test.each<readonly [string, (host: NetStack) => Promise<void>, string]>([
    ['the old one is not used', async ({ filter }) => filter.restore({ FORWARD: [rule('accept')] }), 'none'],
    [
      'both accept',
      async ({ filter, legacy }) => {
        await filter.restore({ FORWARD: [rule('accept')] })
        await legacy.filter.restore({ FORWARD: [rule('accept')] })
      },
      'none',
    ],
    [
      'the new one accepts, the policy of the old one drops',
      async ({ filter, legacy }) => {
        await filter.restore({ FORWARD: [rule('accept')] })
        await legacy.filter.setPolicy('FORWARD', 'drop')
      },
      'ETIMEDOUT',
    ],
    [
      'the old one accepts, the new one drops',
      async ({ filter, legacy }) => {
        await legacy.filter.restore({ FORWARD: [rule('accept')] })
        await filter.restore({ FORWARD: [rule('drop')] })
      },
      'ETIMEDOUT',
    ],
    [
      'the old one drops what another chain gets',
      async ({ legacy }) => legacy.filter.restore({ INPUT: [rule('drop')] }),
      'none',
    ],
    [
      'the policy was taken back',
      async ({ legacy }) => {
        await legacy.filter.setPolicy('FORWARD', 'drop')
        await legacy.filter.setPolicy('FORWARD', 'accept')
      },
      'none',
    ],
  ])('%s', async (_, prepare, outcome) => {
    expect(await forwarded(prepare)).toBe(outcome)
  })

  test('the old one translates what the new one has no rule for', async () => {
    const { kernel, a, b } = await podBed()
    await echo(kernel, b)
    const service = { destination: '10.96.0.9/32', protocol: 'tcp', port: 80 } as const
    const rules: readonly Rule[] = [{ match: service, target: { kind: 'dnat', to: '10.0.0.22' } }]
    await a.legacy.nat.restore({ OUTPUT: rules })
    const toService = (): Promise<string> =>
      run(kernel, (task) => codeOf(a.connect(task, { address: '10.96.0.9', port: 80 }, { timeoutMs: 2000 })))
    expect(await toService()).toBe('none')
    await a.nat.restore({ OUTPUT: [{ match: service, target: { kind: 'dnat', to: '10.0.0.21', port: 81 } }] })
    expect(await toService()).toBe('ECONNREFUSED') // the first that translates has decided
  })
})
