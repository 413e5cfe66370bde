import { describe, expect, test } from 'vitest'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/cni-conf-conflict/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const ls = (...names: readonly string[]) => `root@w7:~# ls /etc/cni/net.d\n${names.join('\n')}\n`
const pods = (...rows: readonly string[]) =>
  [
    'NAMESPACE   NAME   READY   STATUS    RESTARTS   AGE   IP   NODE   NOMINATED NODE   READINESS GATES',
    ...rows.map((row) => `${row}   <none>   <none>`),
  ].join('\n')

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'another network’s file stands first',
      ls('05-cilium.conflist', '10-calico.conflist', 'calico-kubeconfig'),
      'confirmed',
    ],
    [
      'Calico’s own under two names',
      ls('10-calico.conf', '10-calico.conflist', 'calico-kubeconfig'),
      'confirmed',
    ],
    [
      'the same with modes and owners',
      'root@w7:~# ls -l /etc/cni/net.d\ntotal 12\n-rw-r--r-- 1 root root  294 Mar  1 10:00 10-aws.conflist\n-rw-r--r-- 1 root root  678 Mar  2 10:00 10-calico.conflist\n',
      'confirmed',
    ],
    [
      'two pods of two nodes with one address',
      pods(
        'a   web-0   1/1   Running   0   1d   10.32.0.9   w1',
        'b   web-1   1/1   Running   0   1d   10.32.0.9   w2',
      ),
      'likely',
    ],
    [
      'two pods of one node, which is called by its address',
      pods(
        'a   web-0   1/1   Running   0   1d   10.32.0.9   10.9.0.4',
        'b   web-1   1/1   Running   0   1d   10.32.0.9   10.9.0.4',
      ),
      'likely',
    ],
    [
      'the same with most columns cut out',
      'shop   web-0   Running   10.32.0.9   10.9.0.4\nback   web-1   Running   10.32.0.9   10.9.0.4\n',
      'likely',
    ],
    [
      'the runtime calls another plugin',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "77aa": plugin type="flannel" failed (add): loadFlannelSubnetEnv failed: open /run/flannel/subnet.env: no such file or directory',
      'likely',
    ],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })

  test('without the other file it is none', () => {
    expect(foundIn(ls('10-calico.conflist', 'calico-kubeconfig'), mode)).toBe('not found')
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['multus, which calls Calico', ls('00-multus.conf', '10-calico.conflist', 'multus.d')],
    ['the loopback device', ls('10-calico.conflist', '99-loopback.conf')],
    ['a bridge that stands behind', ls('10-calico.conflist', '100-crio-bridge.conflist')],
    ['a file that was put away', ls('10-calico.conflist', '05-cilium.conflist.cilium_bak')],
    [
      'pods of the host’s network',
      pods(
        'kube-system   calico-node-aa1bb   1/1   Running   0   1d   10.9.0.4   w1',
        'kube-system   node-exporter-x   1/1   Running   0   1d   10.9.0.4   w1',
      ),
    ],
    [
      'a pod that has ended beside its successor',
      pods(
        'a   job-0   0/1   Completed   0   1d   10.32.0.9   w1',
        'b   web-1   1/1   Running   0   1h   10.32.0.9   w2',
      ),
    ],
    [
      'multus fails',
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "77aa": plugin type="multus" name="multus-cni-network" failed (add): nothing',
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})

describe('by facts', () => {
  const pod = (name: string, ip: string, node = 'w1') => ({ namespace: 'a', name, ip, node, containers: [] })
  const node = {
    name: 'w1',
    internalIp: '10.9.0.4',
    unschedulable: false,
    conditions: [],
    taints: [],
    labels: {},
  }
  const pool = { name: 'main', cidr: '10.32.0.0/16', disabled: false, encapsulation: 'none' } as const
  const found = (table: Table) => {
    const { causes, preventive } = diagnose(factsOf(table, { complete: ['ipPools'] }), [mode])
    return [...causes, ...preventive].map(({ confidence }) => confidence)
  }

  test('a pod outside of every pool', () => {
    expect(found({ pods: [pod('x', '10.88.0.3')], nodes: [node], ipPools: [pool] })).toEqual(['likely'])
    expect(found({ pods: [pod('x', '10.32.0.3')], nodes: [node], ipPools: [pool] })).toEqual([])
    expect(found({ pods: [pod('x', '10.9.0.4')], nodes: [node], ipPools: [pool] })).toEqual([])
  })

  test('a node whose address nobody showed may have the pods’', () => {
    expect(found({ pods: [pod('x', '10.88.0.3'), pod('y', '10.88.0.3')] })).toEqual([])
  })

  test('another network beside Calico alone is no conflict', () => {
    expect(
      found({
        daemonSets: [{ namespace: 'kube-flannel', name: 'kube-flannel-ds' }],
        pods: [pod('kube-flannel-ds-x', '10.9.0.4')],
      }),
    ).toEqual([])
  })
})
