import { describe, expect, test } from 'vitest'
import type { EventRow } from '#cluster/relations.ts'
import { ago, factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/calico-node-daemonset-missing/index.ts'
import { calicoNode } from '#failures/testing/example-cluster.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const sets = (...names: readonly string[]) =>
  [
    '$ kubectl get daemonsets -A',
    'NAMESPACE     NAME   DESIRED   CURRENT   READY   UP-TO-DATE   AVAILABLE   NODE SELECTOR            AGE',
    ...names.map(
      (name) =>
        `kube-system   ${name}   4         4         4       4            4           kubernetes.io/os=linux   9d`,
    ),
    '',
  ].join('\n')
const others =
  'NAMESPACE     NAME                                       READY   STATUS    RESTARTS   AGE\nkube-system   calico-kube-controllers-6c5b7d9f44-k2j4h   1/1     Running   0          9d\n'
const gone = 'Error from server (NotFound): daemonsets.apps "calico-node" not found'

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['as somebody says', 'The calico-node DaemonSet was deleted by a clean-up job.', 'likely'],
    ['a whole list without it, beside Calico’s other pods', `${sets('kube-proxy')}\n${others}`, 'confirmed'],
    ['an empty list', `$ kubectl get ds -A\nNo resources found\n\n${others}`, 'confirmed'],
    [
      'asked for by name, beside Calico’s other pods',
      `$ kubectl get ds -n kube-system calico-node\n${gone}\n\n${others}`,
      'confirmed',
    ],
    [
      'asked for by label in all namespaces',
      `$ kubectl get ds -A -l k8s-app=calico-node\nNo resources found\n\n${others}`,
      'confirmed',
    ],
    ['the operator misses it', 'DaemonSet "calico-system/calico-node" not found', 'confirmed'],
    ['asked for by name alone', gone, 'likely'],
    [
      'asked for by label in one namespace',
      '$ kubectl get ds -n kube-system -l k8s-app=calico-node\nNo resources found in kube-system namespace.\n',
      'likely',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['it is there', `${sets('calico-node', 'kube-proxy')}\n${others}`],
    ['canal has another name for it', `${sets('canal', 'kube-proxy')}\n${others}`],
    ['a cluster without Calico', sets('cilium', 'kube-proxy')],
    [
      'a part of the list',
      `$ kubectl get daemonsets -n kube-system\n${sets('kube-proxy').split('\n').slice(1).join('\n')}\n${others}`,
    ],
    [
      'asked for in the wrong namespace: its pods are elsewhere',
      `${gone}\n\n${others}kube-system   calico-node-x7k2p   0/1   Running   0   9d\n`,
    ],
    [
      'it is there and may not make pods',
      `${gone}\n\n  LAST SEEN   TYPE      REASON         OBJECT                  MESSAGE\n  2m          Warning   FailedCreate   daemonset/calico-node   Error creating: admission webhook "x.example" denied the request: no\n`,
    ],
    ['another DaemonSet was asked for', gone.replace('calico-node', 'web')],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})

describe('by facts', () => {
  const node = (status: 'True' | 'Unknown', calicoIpv4 = '10.3.0.7/24') => ({
    name: 'w1',
    unschedulable: false,
    taints: [],
    labels: {},
    createdAtMs: ago(600),
    conditions: [{ type: 'Ready', status }],
    ...(calicoIpv4 !== '' && { calicoIpv4 }),
  })
  const all = ['nodes', 'pods', 'daemonSets', 'ipPools', 'events']
  const pool = { name: 'p', cidr: '10.61.0.0/16', disabled: false, encapsulation: 'none' as const }
  const evicted: EventRow = {
    about: { kind: 'DaemonSet', namespace: 'kube-system', name: 'calico-node' },
    ...{ reason: 'FailedDaemonPod', message: '', type: 'Warning', count: 1, lastAtMs: ago(10) },
  }
  const seen = (table: Table, complete: readonly string[] = all) =>
    diagnose(factsOf(table, { complete }), [mode])

  test.each<[string, Table, readonly string[], string | undefined]>([
    ['nodes that had Calico, no DaemonSet', { nodes: [node('True')], ipPools: [pool] }, all, 'confirmed'],
    [
      'an event of an hour tells of it',
      { nodes: [node('True')], ipPools: [pool], events: [evicted] },
      all,
      'confirmed',
    ],
    [
      'an event tells of it, and nobody listed what there is',
      { nodes: [node('True')], ipPools: [pool], events: [evicted] },
      ['nodes', 'pods'],
      undefined,
    ],
    ['DaemonSets were not listed', { nodes: [node('True')], ipPools: [pool] }, ['nodes', 'pods'], 'possible'],
    ['no node is in contact', { nodes: [node('Unknown')], ipPools: [pool] }, all, undefined],
    [
      'canal: pools, and nodes without Calico’s mark',
      { nodes: [node('True', '')], ipPools: [pool] },
      all,
      'possible',
    ],
  ])('%s', (_, table, complete, expected) => {
    expect(seen(table, complete).causes[0]?.confidence).toBe(expected)
  })

  describe('orphans: its pods run on', () => {
    const orphan = (on: string, name = 'calico-node-x7k2p') => ({ ...calicoNode(on, { ready: true }), name })
    const nodes = [node('True'), { ...node('True'), name: 'w2' }]
    const kubeProxy = [{ namespace: 'kube-system', name: 'kube-proxy' }]

    test('all nodes have theirs: it is to be prevented', () => {
      const pods = [orphan('w1'), orphan('w2', 'calico-node-9q4zd')]
      const { causes, preventive } = seen({ nodes, pods, daemonSets: kubeProxy })
      expect(causes).toEqual([])
      expect(preventive.map(({ mode: { id } }) => id)).toEqual([mode.id])
    })

    test.each<[string, Table, readonly string[], string | undefined]>([
      ['one was deleted', { nodes, pods: [orphan('w1')], daemonSets: kubeProxy }, all, 'confirmed'],
      ['DaemonSets were not listed', { nodes, pods: [orphan('w1')] }, ['nodes', 'pods'], undefined],
      [
        'nobody owns what is left',
        { nodes, pods: [{ ...orphan('w1'), owner: 'none' }], daemonSets: kubeProxy },
        all,
        'confirmed',
      ],
      [
        'a controller of another kind has made the pod',
        {
          nodes,
          pods: [{ ...orphan('w1'), owner: 'DaemonSet.apps.kruise.io/calico-node' }],
          daemonSets: kubeProxy,
        },
        all,
        undefined,
      ],
      [
        'what made the pod has another name',
        { nodes, pods: [orphan('w1', 'calico-node-windows-x7k2p')], daemonSets: kubeProxy },
        all,
        undefined,
      ],
    ])('%s', (_, table, complete, expected) => {
      const { causes, preventive } = seen(table, complete)
      expect(preventive).toEqual([])
      expect(causes[0]?.confidence).toBe(expected)
    })
  })

  test('a node without its pod, and nobody listed the DaemonSets: not clear', () => {
    const pods = [{ ...calicoNode('w1'), name: 'calico-node-x7k2p' }]
    const clearOf = (nodes: NonNullable<Table['nodes']>) =>
      seen({ nodes, pods }, ['nodes', 'pods', 'ipPools']).clear
    expect(clearOf([node('True'), { ...node('True'), name: 'w2' }])).toEqual([])
    expect(clearOf([node('True')])).toHaveLength(1)
  })

  test('where it is there, it is not missing', () => {
    expect(
      seen({ daemonSets: [{ namespace: 'kube-system', name: 'calico-node', desired: 0 }] }, []).clear,
    ).toHaveLength(1)
  })
})
