import { describe, expect, test } from 'vitest'
import type { NodeRow } from '#cluster/relations.ts'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'
import { mode } from '#failures/zone-common-cause/index.ts'

const row = (name: string, status: string, zone: string) =>
  `${name.padEnd(6)} ${status.padEnd(10)} <none>   88d   v1.31.4   ${zone}`
const table = (...rows: readonly string[]) =>
  [
    '$ kubectl get nodes -L topology.kubernetes.io/zone',
    'NAME   STATUS     ROLES    AGE   VERSION   ZONE',
    ...rows,
    '',
  ].join('\n')
const range = (count: number, from = 1): readonly number[] =>
  Array.from({ length: count }, (_, at) => from + at)
const bad = (zone: string, count = 3) => range(count).map((n) => row(`n${n}`, 'NotReady', zone))
const good = (zone: string, count = 9) => range(count, 20).map((n) => row(`n${n}`, 'Ready', zone))
const workers = (state: (n: number) => string) =>
  [
    'ID                                                      Public IP   Private IP    Flavor     State      Status      Zone      Version',
    ...range(12).map(
      (n) =>
        `kube-c9g0p8al02vt251nat8g-shop-default-0000${String(n).padStart(4, '0')}   -           10.240.${n <= 3 ? 0 : 64}.${n}    bx2.4x16   ${state(n)}   ${n <= 3 ? 'eu-de-1' : 'eu-de-2'}   1.31.4_1540`,
    ),
    '',
  ].join('\n')

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['all nodes of one zone, and none of the others', table(...bad('z1'), ...good('z2')), 'likely'],
    [
      'with all labels in one column',
      table(...bad('topology.kubernetes.io/zone=z1'), ...good('topology.kubernetes.io/zone=z2')).replace(
        'ZONE',
        'LABELS',
      ),
      'likely',
    ],
    [
      'as the provider lists workers',
      `${workers((n) => (n <= 3 ? 'critical   Not Ready' : 'normal     Ready    '))}\nkubelet has stopped posting node status on them.`,
      'likely',
    ],
    ['most of a zone', table(...bad('z1', 5), row('n9', 'Ready', 'z1'), ...good('z2', 12)), 'possible'],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['two nodes', table(...bad('z1', 2), ...good('z2'))],
    ['three of six: too likely by chance', table(...bad('z1'), ...good('z2', 3))],
    [
      'they are spread',
      table(...bad('z1', 2), row('n3', 'NotReady', 'z2'), ...good('z2', 7), row('n40', 'Ready', 'z1')),
    ],
    ['all nodes', table(...bad('z1', 9))],
    ['mostly sick nodes were shown: it may be a part', table(...bad('z1', 9), ...good('z2', 4))],
    ['all nodes are well', table(...good('z1', 3), ...range(9, 40).map((n) => row(`n${n}`, 'Ready', 'z2')))],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})

describe('by facts', () => {
  const node = (n: number, more: Partial<NodeRow>): NodeRow => ({
    name: `n${n}`,
    unschedulable: false,
    taints: [],
    labels: {},
    conditions: [{ type: 'Ready', status: n <= 3 ? 'False' : 'True' }],
    ...more,
  })
  const nodes = (of: (n: number) => Partial<NodeRow>): Table => ({
    nodes: range(12).map((n) => node(n, of(n))),
  })
  const seen = (table: Table, complete: readonly string[] = ['nodes', 'pods']) =>
    diagnose(factsOf(table, { complete }), [mode])

  test.each<[string, (n: number) => Partial<NodeRow>, string | undefined]>([
    [
      'a kernel of their own',
      (n) => ({ kernelVersion: n <= 3 ? '6.8.0-45' : '5.15.0-91' }),
      'kernel version 6.8.0-45',
    ],
    [
      'a network of their own',
      (n) => ({ internalIp: `10.240.${n <= 3 ? 64 : 0}.${n}` }),
      'network 10.240.64.0/24',
    ],
    [
      'one day of creation',
      (n) => ({ createdAtMs: n <= 3 ? 1_760_000_000_000 : 1_700_000_000_000 + n * 90_000_000 }),
      'same day of creation',
    ],
    ['nothing in common', (n) => ({ kernelVersion: n % 2 === 0 ? '6.8.0-45' : '5.15.0-91' }), undefined],
  ])('%s', (_, of, expected) => {
    const [cause] = seen(nodes(of)).causes
    expect((cause?.finding.state as { readonly share?: string } | undefined)?.share).toBe(expected)
  })

  test('a look at a part of the nodes proves nothing', () => {
    expect(
      seen(
        nodes((n) => ({ kernelVersion: n <= 3 ? 'a' : 'b' })),
        [],
      ).causes,
    ).toEqual([])
  })

  test('it explains the affected nodes and no other', () => {
    const table = nodes((n) => ({ kernelVersion: n <= 3 ? 'a' : 'b' }))
    const pods = [
      {
        namespace: 'kube-system',
        name: 'calico-node-x',
        node: 'n9',
        ready: false,
        component: 'calico-node' as const,
        containers: [],
      },
    ]
    expect(seen(table).unexplained).toEqual([])
    // A fourth affected node that does not share it takes the share away.
    expect(seen({ ...table, pods }).causes).toEqual([])
  })

  test.each<[string, readonly number[], number]>([
    ['one affected node more, which does not share it, leaves it open', [1, 2, 3, 9], 1],
    ['two more, which do not, speak against it', [1, 2, 3, 9, 10], 0],
    ['where no node is well, nobody can tell', range(12), 1],
  ])('%s', (_, affected, unknowns) => {
    const table = nodes((n) => ({
      kernelVersion: n <= 3 ? 'a' : 'b',
      conditions: [{ type: 'Ready', status: affected.includes(n) ? 'False' : 'True' }],
    }))
    expect(seen(table).causes).toEqual([])
    expect(seen(table).unknown).toHaveLength(unknowns)
  })
})
