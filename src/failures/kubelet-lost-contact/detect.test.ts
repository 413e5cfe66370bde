import { describe, expect, test } from 'vitest'
import { withoutRelation } from '#cluster/facts-builder.ts'
import type {
  CertificateRow,
  ConditionRow,
  EventRow,
  MessageRow,
  NodeRow,
  ReachabilityRow,
  UnitRow,
} from '#cluster/relations.ts'
import { renderSubject } from '#cluster/subjects.ts'
import { ago, factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { modes } from '#failures/generated/detectors.ts'
import { mode } from '#failures/kubelet-lost-contact/index.ts'
import { apiRead, calicoNode, healthy, node, sick } from '#failures/testing/example-cluster.ts'

const diagnosed = (table: Table, complete: readonly string[] = apiRead) =>
  diagnose(factsOf(table, { complete }), [mode])

const outcome = (table: Table, complete?: readonly string[]): readonly string[] =>
  diagnosed(table, complete).causes.map(
    ({ finding, confidence }) => `${renderSubject(finding.about)} ${confidence}`,
  )

const unknown = (type: string): ConditionRow => ({
  type,
  status: 'Unknown',
  reason: 'NodeStatusUnknown',
  message: 'Kubelet stopped posting node status.',
  heartbeatAtMs: ago(10),
  transitionAtMs: ago(9),
})

const silent = node('w3', {
  conditions: ['MemoryPressure', 'DiskPressure', 'PIDPressure', 'Ready'].map(unknown),
  taints: [
    { key: 'node.kubernetes.io/unreachable', effect: 'NoSchedule' },
    { key: 'node.kubernetes.io/unreachable', effect: 'NoExecute' },
  ],
})

const others = [node('w1'), node('w2')]

const certificate = (of: string, notAfterMs: number): CertificateRow => ({
  of: '/var/lib/kubelet/pki/kubelet-client-current.pem',
  subject: `O = system:nodes, CN = system:node:${of}`,
  notAfterMs,
})

const stranger: MessageRow = {
  message: {
    id: 'apiserver/authentication-failed',
    params: {},
    inner: [{ id: 'tls/unknown-authority', params: {} }],
  },
  count: 9,
  atMs: ago(1),
}

const portRefused: ReachabilityRow = {
  node: '',
  in: 'host',
  to: 'w3',
  port: 10250,
  protocol: 'tcp',
  outcome: 'refused',
}

const kubelet = (active: UnitRow['active']): UnitRow => ({ node: 'w3', unit: 'kubelet', active })

const event = (reason: string, minutes: number, more: Partial<EventRow> = {}): EventRow => ({
  about: { kind: 'Node', name: 'w3' },
  type: 'Normal',
  reason,
  message: reason === 'Starting' ? 'Starting kubelet.' : `Node w3 status is now: ${reason}`,
  component: 'kubelet',
  count: 1,
  firstAtMs: ago(minutes),
  lastAtMs: ago(minutes),
  ...more,
})

const rebooted = (minutes: number) =>
  event('Rebooted', minutes, { type: 'Warning', message: 'Node w3 has been rebooted, boot id: 6f3c' })

/** The runbook's example: kubelet started three times, the node lost twice, and Ready at the end. */
const runbook: Table = {
  nodes: [...others, node('w3')],
  events: [
    event('Starting', 44),
    event('NodeReady', 44),
    event('Starting', 31),
    event('NodeNotReady', 31),
    event('NodeReady', 31),
    event('Starting', 27),
    event('NodeNotReady', 27),
    event('NodeReady', 21, { count: 2, firstAtMs: ago(27) }),
  ],
}

const networkNotReady: ConditionRow = {
  type: 'Ready',
  status: 'False',
  reason: 'KubeletNotReady',
  message:
    'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized',
}

describe('found', () => {
  test.each<[string, Table, string]>([
    [
      'silent now: from outside, one that is refused looks the same',
      { nodes: [...others, silent] },
      'node/w3 likely',
    ],
    [
      'silent, and nobody refuses its certificate',
      { nodes: [...others, silent], certificates: [certificate('w3', ago(-900))] },
      'node/w3 confirmed',
    ],
    [
      'silent, and its certificate has ended',
      { nodes: [...others, silent], certificates: [certificate('w3', ago(20))] },
      'node/w3 likely',
    ],
    [
      'silent, its certificate is in its time, and the API server refuses one that another authority has signed',
      {
        nodes: [...others, silent],
        certificates: [certificate('w3', ago(-900))],
        messages: [stranger],
      },
      'node/w3 likely',
    ],
    [
      'silent, and another node’s certificate was shown',
      { nodes: [...others, silent], certificates: [certificate('w2', ago(-900))] },
      'node/w3 likely',
    ],
    [
      'silent, and stopped',
      { nodes: [...others, silent], units: [kubelet('inactive')] },
      'node/w3 confirmed',
    ],
    [
      'silent, and it ends at each start: for whatever reason',
      { nodes: [...others, silent], units: [kubelet('activating')] },
      'node/w3 likely',
    ],
    [
      'silent, and all that was pasted is the Ready condition',
      { nodes: [node('w3', { conditions: [unknown('Ready')] })] },
      'node/w3 likely',
    ],
    [
      'Ready is Unknown, its reason was cut off',
      { nodes: [node('w3', { conditions: [{ type: 'Ready', status: 'Unknown' }] })] },
      'node/w3 likely',
    ],
    ['comes and goes, and is Ready now (the runbook’s events)', runbook, 'node/w3 confirmed'],
    [
      'the way to the API server comes and goes; kubelet itself was never restarted',
      {
        nodes: [node('w3')],
        events: [
          event('NodeNotReady', 28, { component: 'node-controller', count: 3, lastAtMs: ago(4) }),
          event('NodeReady', 27, { count: 3, lastAtMs: ago(3) }),
        ],
      },
      'node/w3 likely',
    ],
    [
      'systemd ends kubelet every four minutes; the node hardly notices',
      { nodes: [node('w3')], events: [28, 24, 20, 16, 12, 8, 4].map((at) => event('Starting', at)) },
      'node/w3 confirmed',
    ],
  ])('%s', (_, table, expected) => {
    expect(outcome(table)).toEqual([expected])
  })

  test('one that answers that it cannot ask the API server runs', () => {
    const answers = (on: string) => ({
      nodes: [...others, silent],
      messages: [{ message: { id: 'kubelet/cannot-authorize', params: {} }, node: on, count: 1 }],
    })
    const saysOf = (table: Table) => diagnosed(table).causes[0]?.finding.evidence.map(({ says }) => says)
    const says = 'its kubelet runs and answers, and cannot ask the API server'
    expect(saysOf(answers('w3'))).toContain(says)
    expect(saysOf(answers('w2'))).not.toContain(says)
  })

  test('that its machine is on is told', () => {
    const [cause] = diagnosed({ nodes: [...others, silent], reachability: [portRefused] }).causes
    expect(cause?.finding.evidence.map(({ says }) => says)).toContain(
      'its machine answers, and nobody listens at kubelet’s port',
    )
  })

  test('it explains what follows from it, and Calico is not to be touched', () => {
    const { causes, unexplained } = diagnosed({
      nodes: [...others, silent],
      pods: [
        calicoNode('w1'),
        calicoNode('w2'),
        calicoNode('w3', { ready: false }),
        ...['a', 'b', 'c'].map((name) => ({
          namespace: 'shop',
          name,
          node: 'w3',
          ready: false,
          containers: [],
        })),
      ],
    })
    expect(causes).toMatchObject([
      { finding: { about: { name: 'w3' }, state: { node: 'w3', kind: 'steady' } } },
    ])
    expect(causes[0]?.explains.map(({ id }) => id)).toEqual([
      'node-not-ready',
      'calico-node-not-ready',
      'pods-not-ready-on-node',
    ])
    expect(unexplained).toEqual([])
    expect(mode.owner).toBe('node')
  })

  test('a fragment without the node’s name', () => {
    const said = {
      message: { id: 'kubelet/stopped-posting-status', params: {} },
      count: 1,
      from: {
        source: 'paste 1, line 1',
        quote: 'Ready Unknown NodeStatusUnknown Kubelet stopped posting node status.',
      },
    }
    const diagnosis = diagnosed({ messages: [said] }, [])
    expect(diagnosis.causes).toMatchObject([
      { confidence: 'likely', finding: { about: { kind: 'cluster' } } },
    ])
    expect(diagnosis.unexplained).toEqual([])
  })
})

describe('near misses', () => {
  test.each<[string, Table]>([
    ['a healthy cluster', healthy],
    [
      'a node that was rebooted once',
      {
        nodes: [node('w3')],
        events: [
          event('NodeNotReady', 12, { component: 'node-controller' }),
          event('Starting', 9),
          rebooted(9),
          event('NodeNotReady', 9),
          event('NodeReady', 8),
        ],
      },
    ],
    [
      'a node that was rebooted twice on purpose, by a rolling update and by hand',
      {
        nodes: [node('w3')],
        events: [28, 10].flatMap((at) => [
          event('Starting', at),
          rebooted(at),
          event('NodeNotReady', at),
          event('NodeReady', at - 1),
        ]),
      },
    ],
    [
      'kubelet waits for the pod network (Reason 2 of the runbook)',
      {
        nodes: [...others, node('w3', { conditions: [networkNotReady] })],
        pods: [calicoNode('w1'), calicoNode('w2'), sick('w3')],
      },
    ],
    [
      'a cordoned node',
      {
        nodes: [
          node('w3', {
            unschedulable: true,
            taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }],
          }),
        ],
      },
    ],
    [
      'a drain for maintenance',
      {
        nodes: [node('w3', { unschedulable: true })],
        events: [
          event('NodeNotSchedulable', 20),
          event('Starting', 12),
          event('NodeNotReady', 12),
          event('NodeReady', 11),
          event('NodeSchedulable', 9),
        ],
      },
    ],
    [
      'kubelet was upgraded: two starts within a minute, one transition told by both reporters',
      {
        nodes: [node('w3')],
        events: [
          event('Starting', 12),
          event('Starting', 11.5),
          event('NodeNotReady', 12),
          event('NodeNotReady', 12, { component: 'node-controller' }),
          event('NodeReady', 11),
        ],
      },
    ],
    [
      'kube-proxy’s own Starting events',
      {
        nodes: [node('w3')],
        events: [50, 40, 30, 20].map((at) => event('Starting', at, { message: '', component: 'kube-proxy' })),
      },
    ],
    [
      'it flapped, and has been quiet for most of an hour',
      {
        ...runbook,
        events: (runbook.events ?? []).map((one) => ({
          ...one,
          lastAtMs: (one.lastAtMs ?? 0) - 30 * 60_000,
          firstAtMs: (one.firstAtMs ?? 0) - 30 * 60_000,
        })),
      },
    ],
    [
      'NotReady in a table, without its conditions',
      { nodes: [node('w3', { conditions: [{ type: 'Ready', status: 'False' }] })] },
    ],
  ])('%s', (_, table) => {
    expect(outcome(table)).toEqual([])
  })

  test('Reason 2 stays unexplained, and the runbook’s next step is among the first', () => {
    const diagnosis = diagnose(
      factsOf({ nodes: [node('w3', { conditions: [networkNotReady] })] }, { unread: 'not-in-text' }),
      modes,
    )
    expect(diagnosis).toMatchObject({ verdict: 'undecided', unexplained: [{ id: 'cni-not-initialized' }] })
    expect(diagnosis.next.slice(0, 2).map(({ command }) => command)).toContain(
      'kubectl get pods -n kube-system -o wide | grep calico-node',
    )
  })

  test('CalicoIsDown on a node whose kubelet is in contact is not explained by it', () => {
    const down: ConditionRow = {
      type: 'NetworkUnavailable',
      status: 'True',
      reason: 'CalicoIsDown',
      message: 'Calico is shutting down on this node',
    }
    const diagnosis = diagnosed({ nodes: [node('w3', { conditions: [down] })] }, [])
    expect(diagnosis).toMatchObject({
      verdict: 'undecided',
      causes: [],
      unexplained: [{ id: 'network-unavailable' }],
    })
  })
})

describe('what most nodes lose together', () => {
  const lost = (name: string): NodeRow => ({ ...silent, name })
  const certificates = ['w7', 'w8', 'w9'].map((name) => certificate(name, ago(-900)))

  test.each<[string, readonly NodeRow[], string]>([
    ['one of four', [...others.slice(0, 3), lost('w9')], 'confirmed'],
    [
      'three of three: likely each, and something that they share would explain it better',
      [lost('w7'), lost('w8'), lost('w9')],
      'likely',
    ],
  ])('%s', (_, nodes, expected) => {
    const { causes } = diagnose(factsOf({ nodes, certificates }, { complete: apiRead }), [mode])
    expect(new Set(causes.map(({ confidence }) => confidence))).toEqual(new Set([expected]))
  })
})

describe('what was not read', () => {
  test.each(mode.detector.needs)('without %s it is found otherwise or unknown, never clear', (hidden) => {
    const facts = withoutRelation(factsOf({ nodes: [...others, silent] }, { complete: apiRead }), hidden)
    const { causes, unknown, clear } = diagnose(facts, [mode])
    expect(clear).toEqual([])
    expect(causes.length + unknown.length).toBeGreaterThan(0)
  })
})

test('what all kubelets of a VPC lose at one time is the way that they share', () => {
  const all = (labels: Readonly<Record<string, string>>) =>
    ['w1', 'w2', 'w3'].map((name) => ({ ...silent, name, labels }))
  const confidences = (table: Table) => new Set(diagnosed(table).causes.map(({ confidence }) => confidence))
  expect(confidences({ nodes: all({}) })).toEqual(new Set(['likely']))
  expect(confidences({ nodes: all({ 'ibm-cloud.kubernetes.io/iaas-provider': 'g2' }) })).toEqual(
    new Set(['possible']),
  )
})
