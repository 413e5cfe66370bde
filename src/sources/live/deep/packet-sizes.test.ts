import { expect, test } from 'vitest'
import { ok } from '#base/result.ts'
import { factsOf } from '#cluster/testing/facts.ts'
import type { NodeShell } from '#sources/live/api.ts'
import type { LiveContext } from '#sources/live/context.ts'
import { readPacketSizes } from '#sources/live/deep/packet-sizes.ts'

/** Nothing else of it is used. */
const context = { call: {} } as LiveContext

const node = (name: string, internalIp: string, status: 'True' | 'Unknown') => ({
  name,
  internalIp,
  conditions: [{ type: 'Ready', status, ...(status === 'True' ? {} : { reason: 'NodeStatusUnknown' }) }],
  unschedulable: false,
  taints: [],
  labels: {},
})

const heading = (bytes: number): string => `PING 10.0.0.2 (10.0.0.2) ${bytes}(${bytes + 28}) bytes of data.\n`
const tail = (received: number): string =>
  `\n--- 10.0.0.2 ping statistics ---\n2 packets transmitted, ${received} received, ${received === 2 ? 0 : 100}% packet loss, time 1001ms\n`
const answered = (bytes: number): string =>
  `${heading(bytes)}${bytes + 8} bytes from 10.0.0.2: icmp_seq=1 ttl=64 time=0.4 ms\n${tail(2)}`
const lost = (bytes: number): string => `${heading(bytes)}${tail(0)}`
const refused = `${heading(1472)}ping: local error: message too long, mtu=1400\n${tail(0)}`

async function read(
  small: string,
  large: string,
  states: readonly ('True' | 'Unknown')[] = ['True', 'Unknown'],
) {
  const typed: string[] = []
  const shell: NodeShell = {
    run: async (on, argv) => {
      typed.push(`${on}: ${argv.join(' ')}`)
      return ok({ stdout: argv.includes('-s') ? large : small, stderr: '', code: 0 })
    },
    command: (on, argv) => `ssh ${on} ${argv.join(' ')}`,
  }
  const nodes = states.map((state, index) => node(`w${index + 1}`, `10.0.0.${index + 1}`, state))
  const { rows } = await readPacketSizes(context, { shell, facts: factsOf({ nodes }) })
  return {
    typed,
    told: rows.flatMap((each) =>
      each.relation === 'reachability' ? [`${each.row.to} ${each.row.outcome}`] : [],
    ),
  }
}

test('a machine that answers small packets alone is told of', async () => {
  expect(await read(answered(56), lost(1472))).toEqual({
    typed: ['w1: ping -c 2 -W 1 10.0.0.2', 'w1: ping -c 2 -W 1 -M do -s 1472 10.0.0.2'],
    told: ['10.0.0.2 ok', '10.0.0.2 timed-out'],
  })
})

test.each<readonly [string, string, string]>([
  ['both sizes arrive', answered(56), answered(1472)],
  ['the machine is off', lost(56), lost(1472)],
  ['the sender’s own card refuses the large one', answered(56), refused],
])('%s: that says nothing of sizes', async (_, small, large) => {
  expect((await read(small, large)).told).toEqual([])
})

test.each<readonly [string, readonly ('True' | 'Unknown')[]]>([
  ['every node is heard', ['True', 'True']],
  ['no node is heard', ['Unknown', 'Unknown']],
])('%s: nobody is pinged', async (_, states) => {
  expect((await read(answered(56), lost(1472), states)).typed).toEqual([])
})
