import { describe, expect, test } from 'vitest'
import { parseTime } from '#base/clock.ts'
import { read, rows } from '#sources/text/readers/testing.ts'

describe('logs', () => {
  test('of calico-node: messages with their time, equal ones folded, unknown lines counted', () => {
    const text = `$ kubectl logs -n kube-system calico-node-x7k2p -c calico-node
2026-01-07 06:30:12.100 [INFO][9] startup/startup.go 121: Datastore is ready
bird: Cannot create control socket /var/run/calico/bird.ctl: Permission denied
bird: Cannot create control socket /var/run/calico/bird.ctl: Permission denied
2026-01-07 06:30:15.000 [INFO][70] felix/daemon.go 999: Something that nobody knows`
    const { facts, pieces } = read(text)
    expect(pieces).toMatchObject([{ format: 'log of calico-node', fromLine: 2, toLine: 5, notUnderstood: 1 }])
    const { from, ...row } =
      facts.rows('messages').find(({ message }) => message.id.startsWith('bird/')) ?? {}
    expect(row).toEqual({
      message: {
        id: 'bird/cannot-create-control-socket',
        params: { path: '/var/run/calico/bird.ctl', error: 'Permission denied' },
      },
      pod: { namespace: 'kube-system', name: 'calico-node-x7k2p' },
      container: 'calico-node',
      count: 2,
    })
    expect(from).toMatchObject({
      source: 'paste, line 3',
      quote: 'bird: Cannot create control socket /var/run/calico/bird.ctl: Permission denied',
      command: 'kubectl logs -n kube-system calico-node-x7k2p -c calico-node',
    })
  })

  test('of the journal: the host is the node, the inner error is kept', () => {
    const text =
      'Jan  7 06:51:10 k8s-worker-03 kubelet[812]: E0107 06:51:10.000000     812 kubelet_node_status.go:549] "Error updating node status, will retry" err="error getting node \\"k8s-worker-03\\": Get \\"https://10.0.0.11:6443/x\\": dial tcp 10.0.0.11:6443: i/o timeout"'
    expect(rows(text, 'messages')).toMatchObject([
      {
        message: { id: 'kubelet/status-update-failed' },
        node: 'k8s-worker-03',
        atMs: parseTime('2026-01-07T06:51:10Z'),
      },
      {
        message: {
          id: 'net/dial-failed',
          params: { address: '10.0.0.11', port: '6443', error: 'i/o timeout' },
        },
      },
    ])
  })

  test('the field error= becomes a parameter', () => {
    const text =
      '2026-01-07 06:30:12.100 [ERROR][1] cni-installer/token_watch.go 108: Unable to create token for CNI kubeconfig error=serviceaccounts "canal" is forbidden: User "system:serviceaccount:kube-system:canal" cannot create resource "serviceaccounts/token" in API group "" in the namespace "kube-system"'
    expect(rows(text, 'messages')).toMatchObject([
      { message: { id: 'api/forbidden', params: { verb: 'create', resource: 'serviceaccounts/token' } } },
      {
        message: {
          id: 'cni/token-create-failed',
          params: { error: expect.stringContaining('is forbidden') },
        },
      },
    ])
  })

  test('a line that the terminal wrapped is read as one', () => {
    const text = `2026-01-07 06:30:12.100 [WARNING][9] startup/startup.go 757: Calico node 'node-03' is alrea
dy using the IPv4 address 172.18.0.1.`
    expect(rows(text, 'messages')).toMatchObject([{ message: { id: 'startup/address-in-use' } }])
  })
})
