import { describe, expect, test } from 'vitest'
import { mode } from '#failures/containerd-cni-dir-watch-lost/index.ts'
import { foundIn, type Verdict } from '#failures/testing/found-in.ts'

const info = (status: string) => `root@w7:~# crictl info
{
  "status": {
    "conditions": [
      { "type": "NetworkReady", "status": false, "reason": "NetworkPluginNotReady", "message": "Network plugin returns error: cni plugin not initialized" }
    ]
  },
  "lastCNILoadStatus": "${status}"
}
`
const empty =
  'cni config load failed: no network config found in /etc/cni/net.d: cni plugin not initialized: failed to load cni config'
const listing =
  'root@w7:~# ls -l /etc/cni/net.d\ntotal 8\n-rw-r--r-- 1 root root  678 Mar  2 10:00 10-calico.conflist\n-rw------- 1 root root 2720 Mar  2 10:00 calico-kubeconfig\n'
const condition =
  'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized'
const pod = (
  ready: string,
  status = 'Running',
) => `NAME                READY   STATUS    RESTARTS   AGE   IP          NODE   NOMINATED NODE   READINESS GATES
calico-node-k2j4h   ${ready}     ${status}   0          1d    10.9.0.7    w7     <none>           <none>
`

describe('found', () => {
  test.each<[string, string, Verdict]>([
    [
      'told in words',
      'Our script deletes /etc/cni/net.d and Calico recreated /etc/cni/net.d later.',
      'likely',
    ],
    ['containerd reports nothing and the file lies there', `${info(empty)}\n${listing}`, 'confirmed'],
    ['kubelet’s condition and the file', `${condition}\n\n${listing}`, 'confirmed'],
    ['containerd’s report alone', info(empty), 'likely'],
    [
      'kubelet’s condition while calico-node is ready',
      `${pod('1/1')}\nroot@w7:~# journalctl -u kubelet\n${condition}`,
      'likely',
    ],
    [
      'a restart of containerd cured it',
      `${condition}\n\nAfter systemctl restart containerd the node became Ready at once.`,
      'likely',
    ],
    [
      'containerd says that its folder was removed',
      'time="2025-03-04T05:06:07.123456789Z" level=fatal msg="Failed to run CRI service" error="cni network conf monitor error: cni conf dir is removed, stop watching"',
      'confirmed',
    ],
    ['kubelet’s condition alone', condition, 'possible'],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})

describe('near misses', () => {
  test.each<[string, string, Verdict]>([
    [
      'the file is not there',
      `${condition}\n\nls: cannot access '/etc/cni/net.d/10-calico.conflist': No such file or directory`,
      'not found',
    ],
    ['all is loaded', info('OK').replace(/.*NetworkReady.*\n/, ''), 'not found'],
    [
      'a file that cannot be read',
      'cni config load failed: failed to load CNI config list file /etc/cni/net.d/10-calico.conflist: error parsing configuration list: unexpected end of JSON input',
      'not found',
    ],
    ['the file alone', listing, 'not found'],
    ['calico-node has not started yet', `${pod('0/1', 'Init:Error')}\n${info(empty)}`, 'possible'],
  ])('%s', (_, text, expected) => {
    expect(foundIn(text, mode)).toBe(expected)
  })
})
