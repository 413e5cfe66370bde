import { describe, expect, test } from 'vitest'
import { ok } from '#base/result.ts'
import type { IpPoolRow } from '#cluster/relations.ts'
import { factsOf } from '#cluster/testing/facts.ts'
import type { ExecOutput, NodeShell } from '#sources/live/api.ts'
import type { LiveContext } from '#sources/live/context.ts'
import { readTraffic } from '#sources/live/deep/traffic.ts'

/** Nothing else of it is used. */
const context = { call: {} } as LiveContext

const node = (name: string, internalIp: string) => ({
  name,
  internalIp,
  conditions: [],
  unschedulable: false,
  taints: [],
  labels: {},
})
const calicoNode = (name: string, ready: boolean) => ({
  namespace: 'kube-system',
  name: `calico-node-${name}`,
  node: name,
  component: 'calico-node' as const,
  ready,
  containers: [],
})
const application = (name: string) => ({
  namespace: 'shop',
  name,
  node: 'w1',
  ready: false,
  containers: [],
})

const pool = { name: 'pods', cidr: '10.244.0.0/16', disabled: false }

/** Two pods of w1 fail; w1's packets for w2's pods go through 10.0.0.2. */
const factsWith = (encapsulation: IpPoolRow['encapsulation'], { isWell = true } = {}) =>
  factsOf({
    nodes: [node('w1', '10.0.0.1'), node('w2', '10.0.0.2')],
    pods: [calicoNode('w1', isWell), calicoNode('w2', true), application('a'), application('b')],
    ipPools: [{ ...pool, encapsulation }],
    routes: [
      { node: 'w1', in: 'host', family: 4, destination: '10.244.2.0/26', type: 'unicast', via: '10.0.0.2' },
    ],
  })

const ipip = 'eth0  Out IP 10.0.0.1 > 10.0.0.2: IP 10.244.1.5.40000 > 10.244.2.7.8080: Flags [S], length 0'
const bare = 'eth0  Out IP 10.244.1.5.40000 > 10.244.2.7.8080: Flags [S], seq 0, length 0'
const local = 'cali1 Out IP 10.244.1.5.40000 > 10.244.2.7.8080: Flags [S], seq 0, length 0'
const into = (line: string): string => line.replace('Out', 'In ')

const dumped = (lines: readonly string[]): ExecOutput => ({
  stdout: lines.map((line) => `10:00:00.000000 ${line}\n`).join(''),
  stderr: `listening on any\n\n${lines.length} packets captured\n0 packets dropped by kernel\n`,
  code: 124,
})

/** What leaves w1 and what comes in at w2; keeps what was typed. */
function shellWith(seen: { readonly out: readonly string[]; readonly in: readonly string[] }) {
  const typed: string[] = []
  const shell: NodeShell = {
    run: async (on, argv) => {
      typed.push(`${on}: ${argv.join(' ')}`)
      if (!argv.includes('tcpdump')) return ok({ stdout: '', stderr: '', code: 0 })
      return ok(dumped(argv.includes('out') ? seen.out : seen.in))
    },
    command: (on, argv) => `ssh ${on} ${argv.join(' ')}`,
  }
  return { shell, typed }
}

const shown = async (
  facts: ReturnType<typeof factsWith>,
  seen: { readonly out: readonly string[]; readonly in: readonly string[] },
) => {
  const { rows } = await readTraffic(context, { shell: shellWith(seen).shell, facts })
  return rows.map(({ row }) => row)
}

describe('packets between nodes, looked for at both ends', () => {
  test.each([
    ['a tunnel’s packets do not arrive', 'ipip', [ipip, ipip], [], ['w1 ipip packet', 'w2 ipip nothing']],
    ['they arrive', 'ipip', [ipip, ipip], [into(ipip)], ['w1 ipip packet', 'w2 ipip packet']],
    ['one packet that does not arrive may have been too late', 'ipip', [ipip], [], []],
    ['nothing is sent', 'ipip', [], [], []],
    ['bare packets do not arrive', 'none', [bare, bare], [], ['w1 tcp packet', 'w2 tcp nothing']],
    ['packets for pods of the same node are none of these', 'none', [local, local], [], []],
    [
      'who heard too much heard not all',
      'none',
      [bare, bare],
      Array.from({ length: 300 }, () => into(bare.replace('10.244.1.5', '10.244.9.9'))),
      [],
    ],
  ] as const)('%s', async (_, encapsulation, out, arriving, expected) => {
    const rows = await shown(factsWith(encapsulation), { out, in: arriving })
    expect(
      rows.map((row) => ('shows' in row && 'node' in row ? `${row.node} ${row.protocol} ${row.shows}` : row)),
    ).toEqual(expected)
  })

  test('where calico-node is not well nobody captures: that is reason enough', async () => {
    const { shell, typed } = shellWith({ out: [ipip, ipip], in: [] })
    await readTraffic(context, { shell, facts: factsWith('ipip', { isWell: false }) })
    expect(typed).toEqual([])
  })

  test('where packets arrive, a connection that a pod was seen to dial is tried, beside a ping', async () => {
    const inner = 'IP 10.244.1.5.40000 > 10.244.2.7.8080: Flags [S], seq 0, length 0'
    const { shell, typed } = shellWith({ out: [ipip, ipip, inner], in: [into(ipip)] })
    await readTraffic(context, { shell, facts: factsWith('ipip') })
    expect(typed.slice(-2)).toEqual(['w1: ping -c 2 -W 2 10.244.2.7', 'w1: nc -zvw 3 10.244.2.7 8080'])
  })

  test('who listens ends after who sends', async () => {
    const { shell, typed } = shellWith({ out: [ipip, ipip], in: [] })
    await readTraffic(context, { shell, facts: factsWith('ipip') })
    expect(typed).toEqual([
      'w1: timeout 10 tcpdump -nn -i any -Q out -c 300 ip proto 4',
      'w2: timeout 12 tcpdump -nn -i any -Q in -c 300 ip proto 4',
      'w1: timeout 10 tcpdump -nn -i any -Q out -c 300 ip proto 4',
    ])
  })
})
