import { describe, expect, test } from 'vitest'
import type { ContainerRow, EventRow, NodeRow, PodRow } from '#cluster/relations.ts'
import { renderSubject } from '#cluster/subjects.ts'
import { symptomsOf } from '#cluster/symptoms.ts'
import { ago, factsOf, type Table } from '#cluster/testing/facts.ts'

const listed = ['nodes', 'pods', 'events']

/** `node-not-ready node/w1 now` */
const seen = (table: Table, complete: readonly string[] = listed): readonly string[] =>
  symptomsOf(factsOf(table, { complete })).map(
    ({ id, about, when }) => `${id} ${renderSubject(about)} ${when}`,
  )

const node = (name: string, more: Partial<NodeRow> = {}): NodeRow => ({
  name,
  unschedulable: false,
  taints: [],
  labels: {},
  conditions: [{ type: 'Ready', status: 'True' }],
  ...more,
})

const calicoNode = (
  on: string,
  more: Partial<PodRow> = {},
  container: Partial<ContainerRow> = {},
): PodRow => ({
  namespace: 'kube-system',
  name: `calico-node-on-${on}`,
  node: on,
  component: 'calico-node',
  status: 'Running',
  ready: true,
  hostNetwork: true,
  containers: [{ name: 'calico-node', init: false, ...container }],
  ...more,
})

const app = (name: string, on: string, ready: boolean, more: Partial<PodRow> = {}): PodRow => ({
  namespace: 'shop',
  name,
  node: on,
  status: 'Running',
  phase: 'Running',
  ready,
  containers: [],
  createdAtMs: ago(60),
  ...more,
})

const sandbox = (message: string, more: Partial<EventRow> = {}): EventRow => ({
  about: { kind: 'Pod', namespace: 'shop', name: 'web' },
  type: 'Warning',
  reason: 'FailedCreatePodSandBox',
  message,
  node: 'w1',
  count: 3,
  lastAtMs: ago(1),
  ...more,
})

const begun = (minutes: number): PodRow =>
  app('next', 'w1', true, {
    containers: [{ name: 'web', init: false, restarts: 0, state: 'running', startedAtMs: ago(minutes) }],
  })

const cniError =
  'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "0a"'

const ended = (reason: string, minutes: number): Partial<ContainerRow> => ({
  ready: true,
  restarts: 7,
  lastTermination: { reason, exitCode: 137, finishedAtMs: ago(minutes) },
})

const health = (id: string, params: Record<string, string>, minutes = 1, on = 'w1') => ({
  message: { id, params },
  node: on,
  pod: { namespace: 'kube-system', name: `calico-node-on-${on}` },
  count: 1,
  atMs: ago(minutes),
})

const withoutReady = ({ ready: _, ...pod }: PodRow): PodRow => pod

describe('calico-node is judged by readiness, not by STATUS', () => {
  test.each<[string, PodRow, readonly string[]]>([
    ['ready', calicoNode('w1'), []],
    ['Running and not ready', calicoNode('w1', { ready: false }), ['calico-node-not-ready node/w1 now']],
    [
      'CrashLoopBackOff',
      calicoNode('w1', { ready: false, status: 'CrashLoopBackOff' }),
      ['calico-node-not-ready node/w1 now'],
    ],
    [
      'a narrow table that shows STATUS only',
      withoutReady(calicoNode('w1', { status: 'CrashLoopBackOff' })),
      ['calico-node-not-ready node/w1 now'],
    ],
    ['Running, and nothing said of READY', withoutReady(calicoNode('w1')), []],
    [
      'ready again after restarts: it recovered',
      calicoNode('w1', {}, ended('Completed', 2)),
      ['calico-node-not-ready node/w1 past'],
    ],
    ['ready, its last restart an hour ago', calicoNode('w1', {}, ended('Completed', 60)), []],
    [
      'ready, and killed for memory a short while ago: it will be again',
      calicoNode('w1', {}, ended('OOMKilled', 2)),
      ['calico-node-not-ready node/w1 now'],
    ],
    ['being deleted', calicoNode('w1', { ready: false, deleting: true }), []],
  ])('%s', (_, pod, expected) => {
    expect(seen({ nodes: [node('w1')], pods: [pod] })).toEqual(expected)
  })

  test('what a probe printed counts where the pod was not read', () => {
    const complaint = health('health/felix-not-ready', { error: 'readiness probe reporting 503' })
    expect(seen({ messages: [complaint] }, [])).toEqual(['calico-node-not-ready node/w1 now'])
    expect(seen({ messages: [complaint], pods: [calicoNode('w1')] }, [])).toEqual([])
  })

  test('another container’s restart is no matter of calico-node', () => {
    const web = {
      ...health('kubelet/back-off-restarting', { container: 'web' }),
      pod: { namespace: 'shop', name: 'web' },
    }
    expect(seen({ messages: [web] }, [])).toEqual([])
  })
})

describe('BIRD', () => {
  const denied = health('bird/cannot-create-control-socket', { error: 'Permission denied' })

  test('does not stay up, while calico-node is not ready', () => {
    expect(seen({ pods: [calicoNode('w1', { ready: false })], messages: [denied] }, [])).toContain(
      'bird-not-running node/w1 now',
    )
  })

  test('an old line in the log of a calico-node that is ready is over', () => {
    expect(seen({ pods: [calicoNode('w1')], messages: [denied] }, [])).toEqual([
      'bird-not-running node/w1 past',
    ])
  })

  test('two lines of one node are one symptom, told by the one that says why', () => {
    const [symptom, ...others] = symptomsOf(
      factsOf({ messages: [health('health/bird-not-running', { service: 'bird' }), denied] }),
    ).filter(({ id }) => id === 'bird-not-running')
    expect(symptom?.says).toBe('BIRD cannot create its control socket and ends at once')
    expect(others).toEqual([])
  })
})

describe('access refused', () => {
  const refused = (user: string): Table => ({
    nodes: [node('w1')],
    messages: [
      {
        message: { id: 'api/forbidden', params: { user, resource: 'configmaps', name: 'calico-config' } },
        node: 'w1',
        atMs: ago(1),
        count: 1,
      },
    ],
  })
  test.each([
    ['Calico’s account', 'system:serviceaccount:kube-system:calico-node', ['access-refused node/w1 now']],
    ['the kubelet, which asks for what a pod needed that went', 'system:node:w1', []],
  ])('%s', (_, user, expected) => {
    expect(seen(refused(user))).toEqual(expected)
  })
})

describe('BGP sessions', () => {
  const nodes = [node('w1', { internalIp: '10.0.0.21' }), node('w2', { calicoIpv4: '10.0.0.22/24' })]
  const session = { node: 'w1', peer: '10.0.0.22', kind: 'mesh', up: false, state: 'Active' } as const

  test('a session that is down is about who reads it and involves the peer', () => {
    const [symptom] = symptomsOf(factsOf({ nodes, bgpSessions: [session] }))
    expect(symptom).toMatchObject({
      id: 'bgp-session-down',
      about: { name: 'w1' },
      involves: [{ name: 'w2' }],
    })
  })

  test('a probe’s complaint names every peer', () => {
    const complaint = health('health/bgp-not-established', { peers: '10.0.0.22,10.0.0.99' })
    const symptom = symptomsOf(factsOf({ nodes, messages: [complaint] })).find(
      ({ id }) => id === 'bgp-session-down',
    )
    expect(symptom).toMatchObject({ when: 'now', involves: [{ name: 'w2' }] })
  })

  test('what a probe said of the pod before this one is over soon, however sick this one is', () => {
    const complaint = {
      ...health('health/bgp-not-established', { peers: '10.0.0.22' }),
      ...{ node: 'w1', atMs: ago(20) },
    }
    const of = (name: string) =>
      seen({
        nodes,
        pods: [calicoNode('w1', { name: 'calico-node-b', ready: false })],
        messages: [{ ...complaint, pod: { namespace: 'kube-system', name } }],
      })
    expect(of('calico-node-b')).toContain('bgp-session-down node/w1 now')
    expect(of('calico-node-a')).toContain('bgp-session-down node/w1 past')
  })

  test('a pod that only the node controller marked was ready when it was last heard of: its old complaint is over', () => {
    const complaint = {
      ...health('health/bgp-not-established', { peers: '10.0.0.22' }),
      ...{ node: 'w1', atMs: ago(5), pod: { namespace: 'kube-system', name: 'calico-node-a' } },
    }
    const of = (ready: boolean) =>
      seen({
        nodes,
        pods: [
          calicoNode('w1', {
            name: 'calico-node-a',
            ready: false,
            containers: [{ name: 'calico-node', init: false, ready }],
          }),
        ],
        messages: [complaint],
      })
    expect(of(false)).toContain('bgp-session-down node/w1 now')
    expect(of(true)).toContain('bgp-session-down node/w1 past')
  })

  test('sessions that were read outweigh what a probe said', () => {
    const complaint = health('health/bgp-not-established', { peers: '10.0.0.22' })
    expect(
      seen(
        {
          nodes,
          pods: [calicoNode('w1')],
          messages: [complaint],
          bgpSessions: [{ ...session, up: true, state: 'Established' }],
        },
        [],
      ),
    ).toEqual([])
  })
})

describe('a node without calico-node', () => {
  const two = [node('w1'), node('w2')]

  test.each<[string, Table, readonly string[], readonly string[]]>([
    [
      'one of several',
      { nodes: two, pods: [calicoNode('w1')] },
      listed,
      ['calico-node-missing-on-node node/w2 now'],
    ],
    [
      'all of them, in a cluster with Calico’s pools',
      { nodes: two, ipPools: [{ name: 'p', cidr: '10.244.0.0/16', disabled: false, encapsulation: 'none' }] },
      listed,
      ['calico-node-missing-on-node cluster now'],
    ],
    ['a cluster with another CNI', { nodes: two }, listed, []],
    ['a listing that is not complete', { nodes: two, pods: [calicoNode('w1')] }, ['nodes'], []],
    [
      'a Windows worker',
      {
        nodes: [node('w1'), node('w2', { labels: { 'kubernetes.io/os': 'windows' } })],
        pods: [calicoNode('w1')],
      },
      listed,
      [],
    ],
    [
      'a worker that joined a minute ago',
      { nodes: [node('w1'), node('w2', { createdAtMs: ago(1) })], pods: [calicoNode('w1')] },
      listed,
      [],
    ],
  ])('%s', (_, table, complete, expected) => {
    expect(seen(table, complete)).toEqual(expected)
  })
})

describe('pods of a node', () => {
  test.each<[string, readonly PodRow[], readonly string[]]>([
    [
      'most are not ready',
      [app('a', 'w1', false), app('b', 'w1', false), app('c', 'w1', true)],
      ['pods-not-ready-on-node node/w1 now'],
    ],
    ['one sick application', [app('a', 'w1', false), app('b', 'w1', true)], []],
    [
      'one sick application with a replica on each of many nodes',
      ['w1', 'w2', 'w3'].flatMap((on) => [
        app(`a-${on}`, on, false),
        app(`b-${on}`, on, true),
        app(`c-${on}`, on, true),
      ]),
      [],
    ],
    [
      'images that cannot be pulled',
      ['a', 'b'].map((name) => app(name, 'w1', false, { status: 'ImagePullBackOff' })),
      [],
    ],
    [
      'pods that have just started',
      ['a', 'b'].map((name) => app(name, 'w1', false, { createdAtMs: ago(0.5) })),
      [],
    ],
    [
      'finished jobs',
      ['a', 'b'].map((name) => app(name, 'w1', false, { phase: 'Succeeded', status: 'Completed' })),
      [],
    ],
    [
      'services that ended and were not started again',
      ['a', 'b'].map((name) => app(name, 'w1', false, { phase: 'Running', status: 'Completed' })),
      ['pods-not-ready-on-node node/w1 now'],
    ],
    ['pods on their way out', ['a', 'b'].map((name) => app(name, 'w1', false, { deleting: true })), []],
    [
      'pods in the host’s network',
      ['a', 'b'].map((name) => app(name, 'w1', false, { hostNetwork: true })),
      [],
    ],
  ])('%s', (_, pods, expected) => {
    expect(seen({ pods }, [])).toEqual(expected)
  })
})

describe('sandboxes', () => {
  test.each<[string, Table, readonly string[]]>([
    [
      'the network cannot be set up',
      { events: [sandbox(cniError)] },
      ['sandbox-creation-failing node/w1 now'],
    ],
    [
      'many pods of one node',
      {
        events: [
          sandbox(cniError),
          sandbox(cniError, { about: { kind: 'Pod', namespace: 'shop', name: 'db' } }),
        ],
      },
      ['sandbox-creation-failing node/w1 now'],
    ],
    [
      'a pod that is gone, where another has begun since',
      {
        events: [sandbox(cniError, { lastAtMs: ago(3) })],
        pods: [begun(2)],
      },
      [],
    ],
    [
      'a pod that is gone, where none has begun since',
      {
        events: [sandbox(cniError, { lastAtMs: ago(3) })],
        pods: [begun(4)],
      },
      ['sandbox-creation-failing node/w1 now'],
    ],
    [
      'another reason',
      { events: [sandbox('Failed to create pod sandbox: failed to reserve sandbox name')] },
      [],
    ],
    ['an hour ago', { events: [sandbox(cniError, { lastAtMs: ago(55) })] }, []],
    [
      'the pod has its sandbox by now, though its probes fail',
      { events: [sandbox(cniError)], pods: [app('web', 'w1', false)] },
      [],
    ],
    ['the pod is ready by now', { events: [sandbox(cniError)], pods: [app('web', 'w1', true)] }, []],
  ])('%s', (_, table, expected) => {
    expect(seen(table, [])).toEqual(expected)
  })
})

describe('conditions of a node', () => {
  const waiting = {
    type: 'Ready',
    status: 'False',
    reason: 'KubeletNotReady',
    message:
      'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:docker: network plugin is not ready: cni config uninitialized',
  } as const

  test.each<[string, Table, readonly string[]]>([
    ['Ready', { nodes: [node('w1')] }, []],
    [
      'NotReady for whatever reason',
      { nodes: [node('w1', { conditions: [{ type: 'Ready', status: 'False' }] })] },
      ['node-not-ready node/w1 now'],
    ],
    [
      'NotReady for want of a pod network',
      { nodes: [node('w1', { conditions: [waiting] })] },
      ['cni-not-initialized node/w1 now'],
    ],
    [
      'NetworkUnavailable',
      {
        nodes: [
          node('w1', {
            conditions: [{ type: 'NetworkUnavailable', status: 'True', reason: 'CalicoIsDown' }],
          }),
        ],
      },
      ['network-unavailable node/w1 now'],
    ],
    ['cordoned', { nodes: [node('w1', { unschedulable: true })] }, []],
  ])('%s', (_, table, expected) => {
    expect(seen(table, [])).toEqual(expected)
  })
})

describe('a pod of Calico’s that no node was found for', () => {
  const { node: _, ...homeless } = app('calico-kube-controllers-x', 'w1', false, { namespace: 'kube-system' })
  const homed = { ...homeless, node: 'w1' }
  const unplaced = {
    message: { id: 'scheduler/no-node', params: { available: '0', total: '1', reasons: 'taint' } },
    count: 1,
    atMs: ago(2),
    pod: { namespace: 'kube-system', name: 'calico-kube-controllers-x' },
  }

  test.each<[string, Table, readonly string[]]>([
    [
      'waits still',
      { pods: [homeless] },
      ['calico-pods-not-created pod/kube-system/calico-kube-controllers-x now'],
    ],
    ['was placed since', { pods: [homed] }, []],
  ])('%s', (_name, table, expected) => {
    expect(seen({ ...table, messages: [unplaced] }, [])).toEqual(expected)
  })
})

describe('the way to a managed master', () => {
  const said = (id: string, minutes: number, backend = 'k8sbackend') => ({
    message: { id, params: { backend }, inner: [] },
    node: 'w1',
    count: 1,
    atMs: ago(minutes),
  })
  const onBackup = 'master-on-backup node/w1 now'

  test.each<[string, readonly ReturnType<typeof said>[], boolean]>([
    ['a proxy that runs on backup, for however long', [said('haproxy/running-on-backup', 600)], true],
    [
      'one that has its own server again',
      [said('haproxy/server-up', 5), said('haproxy/running-on-backup', 9)],
      false,
    ],
    [
      'one that has nothing left: that is more than a symptom of its own',
      [said('haproxy/running-on-backup', 9), said('haproxy/no-server', 5)],
      false,
    ],
    [
      'one that has come back to its backup',
      [said('haproxy/no-server', 9), said('haproxy/running-on-backup', 5)],
      true,
    ],
    [
      'one that has started anew since, and said nothing',
      [said('haproxy/running-on-backup', 9), said('haproxy/started', 5)],
      false,
    ],
    [
      'one that said so as it started',
      [said('haproxy/started', 5), said('haproxy/running-on-backup', 5)],
      true,
    ],
    ['a proxy of an application', [said('haproxy/running-on-backup', 5, 'webshop')], false],
  ])('%s', (_, messages, isSeen) => {
    expect(seen({ messages }).includes(onBackup)).toBe(isSeen)
  })
})
