import { describe, expect, test } from 'vitest'
import { factsOf, type Table } from '#cluster/testing/facts.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/kube-proxy-down/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const timeout = 'dial tcp 10.97.0.1:443: i/o timeout'
const startup = `2025-03-04 05:06:07.890 [INFO][9] startup/startup.go 440: Hit error connecting to datastore - retry error=Get "https://10.97.0.1:443/api/v1/nodes/w1": ${timeout}`
const table = (
  proxy: string,
  calico = '0/1     Init:CrashLoopBackOff',
) => `NAME                READY   STATUS                  RESTARTS   AGE   IP          NODE
calico-node-k2j4h   ${calico}   4   20m   10.3.0.7   w1
kube-proxy-q5r6s    ${proxy}   9   20m   10.3.0.7   w1
`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    ['it crashes beside a calico-node that cannot begin', table('0/1     CrashLoopBackOff'), 'confirmed'],
    ['its image is not pulled', table('0/1     ImagePullBackOff'), 'confirmed'],
    [
      'it crashes, and calico-node calls in vain',
      `${table('0/1     Error', '0/1     Running')}\n${startup}`,
      'confirmed',
    ],
    [
      'it crashes, and the CNI plugin misses what calico-node writes',
      'kube-proxy-q5r6s   0/1   CrashLoopBackOff   9   20m\n\nplugin type="calico" failed (add): stat /var/lib/calico/nodename: no such file or directory: check that the calico/node container is running and has mounted /var/lib/calico/',
      'confirmed',
    ],
    [
      'it does not find its node',
      `W0304 05:06:07.890123 1 server.go:468] Failed to retrieve node info: nodes "w1.example" not found`,
      'likely',
    ],
    [
      'it cannot use IPVS',
      `E0304 05:06:07.890123 1 server_others.go:107] "Can't use the IPVS proxier" err="IPVS proxier will not be used because the following required kernel modules are not loaded: [ip_vs ip_vs_sh]"`,
      'likely',
    ],
    [
      'as a unit of systemd',
      'Mar 04 05:06:07 w1 systemd[1]: kube-proxy.service: Scheduled restart job, restart counter is at 88.',
      'likely',
    ],
    ['told in words', 'On the new node kube-proxy fails to start since the last image.', 'likely'],
    ['only what follows from it is known', startup, 'possible'],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string]>([
    ['kube-proxy runs, calico-node does not', table('1/1     Running')],
    [
      'another unit is started again and again',
      'Mar 04 05:06:07 w1 systemd[1]: kubelet.service: Scheduled restart job, restart counter is at 88.',
    ],
    [
      'the kernel has no route for the address',
      startup.replace('i/o timeout', 'connect: network is unreachable'),
    ],
    [
      'the endpoint itself is out of reach',
      'Get "https://10.3.0.2:6443/api/v1/nodes/w1": dial tcp 10.3.0.2:6443: i/o timeout',
    ],
  ])('%s', (_, text) => {
    expect(foundIn(text, mode)).toBe('not found')
  })
})

test('somebody wonders about it', () => {
  expect(foundIn('Please check whether kube-proxy is not running there.', mode)).toBe('not found')
})

describe('by facts', () => {
  const pod = (name: string, node: string, more: object) => ({
    namespace: 'kube-system',
    name,
    node,
    containers: [],
    ...more,
  })
  const calico = (node: string, ready: boolean) =>
    pod(`calico-node-${node}`, node, { component: 'calico-node', ready })
  const retry = (node: string) => ({
    message: {
      id: 'startup/datastore-retry',
      params: {},
      inner: [{ id: 'dial/timeout', params: { address: '10.97.0.1', port: '443' } }],
    },
    node,
    count: 9,
  })
  test.each<[string, Table, string | undefined]>([
    [
      'broken on the node that suffers',
      { pods: [calico('w1', false), pod('kube-proxy-a', 'w1', { ready: false })], messages: [retry('w1')] },
      'confirmed',
    ],
    [
      'broken on another node',
      {
        pods: [calico('w1', false), pod('kube-proxy-b', 'w2', { ready: false }), calico('w2', true)],
        messages: [retry('w1')],
      },
      'possible',
    ],
    [
      'it ends without an error, like everything there',
      {
        pods: [
          calico('w1', false),
          pod('kube-proxy-a', 'w1', {
            ready: false,
            containers: [
              { name: 'kube-proxy', init: false, lastTermination: { reason: 'Completed', exitCode: 0 } },
            ],
          }),
        ],
      },
      undefined,
    ],
    [
      'Felix stands in for it',
      {
        pods: [calico('w1', false), pod('kube-proxy-a', 'w1', { ready: false })],
        settings: [{ of: 'FelixConfiguration', name: 'bpfEnabled', value: 'true' }],
      },
      undefined,
    ],
  ])('%s', (_, table_, expected) => {
    expect(diagnose(factsOf(table_), [mode]).causes[0]?.confidence).toBe(expected)
  })
})
