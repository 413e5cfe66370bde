import { describe, expect, test } from 'vitest'
import type { ContainerRow } from '#cluster/relations.ts'
import { ago, factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/nodename-file-missing/index.ts'
import { calicoNode, node } from '#failures/testing/example-cluster.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const plugin =
  'plugin type="calico" failed (add): stat /var/lib/calico/nodename: no such file or directory: check that the calico/node container is running and has mounted /var/lib/calico/'
const startup = (line: string): string =>
  `2025-03-04 05:06:07.890 [WARNING][9] startup/startup.go 120: ${line}`
const mounts = (...paths: readonly string[]): string =>
  [
    'apiVersion: apps/v1',
    'kind: DaemonSet',
    'metadata:',
    '  name: calico-node',
    '  namespace: kube-system',
    'spec:',
    '  template:',
    '    spec:',
    '      containers:',
    '      - name: calico-node',
    '        image: docker.io/calico/node:v3.29.1',
    '        volumeMounts:',
    ...paths.flatMap((path) => [
      `        - mountPath: ${path}`,
      `          name: v${path.replaceAll('/', '-')}`,
    ]),
  ].join('\n')

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'start-up misses the mount',
      startup(
        "Expected /var/lib/calico to be mounted into the container but it wasn't present. Node name may not be detected properly",
      ),
      'confirmed',
    ],
    [
      'the plugin misses the file after a start that ended well',
      `${startup('Using node name: beta')}\nCalico node started successfully\n\n${plugin}`,
      'confirmed',
    ],
    [
      'the DaemonSet mounts everything else',
      mounts('/lib/modules', '/run/xtables.lock', '/var/run/calico'),
      'confirmed',
    ],
    ['somebody says so', 'The mount of /var/lib/calico is missing in the calico-node container.', 'likely'],
    ['the plugin’s words alone: calico-node may just not have come up yet', plugin, 'possible'],
    [
      'start-up ended well and does not see its file',
      '/var/lib/calico/nodename does not exist, exiting',
      'likely',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    [
      'calico-node does not start, for another reason',
      `${plugin}\n\n${startup('Invalid IP autodetection method: bond0')}\n${startup('Terminating')}`,
    ],
    [
      'the DaemonSet mounts it',
      mounts('/lib/modules', '/run/xtables.lock', '/var/run/calico', '/var/lib/calico'),
    ],
    ['a part of the list of mounts', mounts('/lib/modules')],
    [
      'another folder is not mounted',
      startup(
        "Expected /var/run/calico to be mounted into the container but it wasn't present. 'calicoctl node status' may provide incomplete status information",
      ),
    ],
    [
      'the plugin fails for another reason',
      'plugin type="calico" failed (add): error getting ClusterInformation: connection is unauthorized: Unauthorized',
    ],
    ['start-up ends', startup('Terminating')],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})

describe('on a cluster', () => {
  const table = (ready: boolean): Table => ({
    nodes: [node('w1')],
    pods: [calicoNode('w1', { ready })],
    hostPaths: [{ node: 'w1', path: '/var/lib/calico/nodename', exists: false }],
    messages: [
      {
        message: {
          id: 'cni/nodename-missing',
          params: { path: '/var/lib/calico/nodename', error: 'no such file or directory' },
        },
        node: 'w1',
        count: 3,
      },
    ],
  })
  test.each<[string, boolean, string]>([
    ['a calico-node that is ready must have written it', true, 'confirmed'],
    ['one that is not ready may not have got that far', false, 'possible'],
  ])('%s', (_, ready, expected) => {
    expect(diagnose(factsOf(table(ready)), [mode]).causes.map(({ confidence }) => confidence)).toEqual([
      expected,
    ])
  })

  const minutes = 60_000
  const saidAfter = (upMs: number, more: Partial<ContainerRow> = {}): Table => ({
    nodes: [node('w1')],
    pods: [
      calicoNode(
        'w1',
        { ready: false },
        { ready: false, state: 'running', startedAtMs: ago(1) - upMs, ...more },
      ),
    ],
    messages: (table(false).messages ?? []).map((row) => ({ ...row, atMs: ago(1) })),
  })
  const failing = {
    message: { id: 'startup/datastore-retry', params: {} },
    ...{ node: 'w1', count: 1, atMs: ago(1) },
  }
  test.each<[string, Table, string | undefined]>([
    [
      'its container has run far longer than a start may take: the file was written',
      saidAfter(10 * minutes),
      'likely',
    ],
    ['it may still be starting', saidAfter(2 * minutes), 'possible'],
    ['it said so before this container began', saidAfter(-2 * minutes), 'possible'],
    ['its container does not run', saidAfter(10 * minutes, { state: 'waiting' }), 'possible'],
    [
      'start-up says that it does not end',
      { ...saidAfter(10 * minutes), messages: [...(saidAfter(0).messages ?? []), failing] },
      undefined,
    ],
  ])('not ready: %s', (_, seen, expected) => {
    expect(diagnose(factsOf(seen), [mode]).causes[0]?.confidence).toBe(expected)
  })

  test.each<[string, number, string]>([
    ['what a pod met before calico-node had written its file says nothing of now', 0, 'possible'],
    ['minutes after its start the file must be there', 2 * minutes, 'confirmed'],
  ])('ready: %s', (_, upMs, expected) => {
    const pods = [
      calicoNode('w1', { ready: true }, { ready: true, state: 'running', startedAtMs: ago(1) - upMs }),
    ]
    expect(diagnose(factsOf({ ...saidAfter(0), pods }), [mode]).causes[0]?.confidence).toBe(expected)
  })

  test.each<[string, string, boolean]>([
    ['on another node is no excuse', 'w2', true],
    ['on this one is', 'w1', false],
  ])('a start-up that fails %s', (_, where, expected) => {
    const said = (id: string, at: string) => ({ message: { id, params: {} }, node: at, count: 1 })
    const facts = factsOf({
      nodes: [node('w1'), node('w2')],
      pods: [calicoNode('w1', { ready: false }), calicoNode('w2', { ready: false })],
      messages: [
        said('startup/using-node-name', 'w1'),
        said('cni/nodename-missing', 'w1'),
        said('health/nodename-missing', 'w1'),
        said('startup/terminating', where),
      ],
    })
    const { causes } = diagnose(facts, [mode])
    expect(causes.some(({ confidence }) => confidence === 'confirmed')).toBe(expected)
  })
})
