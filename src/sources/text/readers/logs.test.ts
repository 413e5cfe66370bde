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
      { message: { id: 'dial/timeout', params: { address: '10.0.0.11', port: '6443' } } },
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

test.each([
  ['ip -6 route add fd20:5::/122 via fd20:5::9 dev vxlan-v6.calico onlink', { device: 'vxlan-v6.calico' }],
  ['ip route add 10.9.0.0/26 via 10.0.0.9', {}],
])('a refusal of the kernel names the device that the command was about: %s', (command, device) => {
  const text = `root@w1:~# ${command}\nRTNETLINK answers: No route to host`
  expect(rows(text, 'messages')).toMatchObject([
    { message: { id: 'ip/rtnetlink', params: { error: 'No route to host', ...device } } },
  ])
})

test('the Services that eBPF’s proxy writes are endpoints as the data plane sees them', () => {
  const text =
    '2026-01-07 06:30:12.100 [DEBUG][70] felix/syncer.go 528: Applying new state, {map[shop/web::10.43.7.7:80/TCP] map[] zone-a}'
  expect(rows(text, 'endpoints')).toMatchObject([
    { namespace: 'shop', name: 'web', addresses: [], seenBy: 'dataplane' },
  ])
})

test('of eBPF’s map, Services without back-ends', () => {
  const text = `10.43.0.1 port 443 proto 6 id 3 count 0 local 0
10.43.0.10 port 53 proto 17 id 4 count 1 local 0
\t4:0\t 10.42.0.2:53`
  expect(rows(text, 'endpoints')).toMatchObject([
    { name: '10.43.0.1:443', addresses: [], seenBy: 'dataplane' },
  ])
})
