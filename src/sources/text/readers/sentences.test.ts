import { describe, expect, test } from 'vitest'
import { rows } from '#sources/text/readers/testing.ts'

describe('sentences', () => {
  test.each<[string, object[]]>([
    [
      'Pods on k8s-worker-03 can reach each other but cannot reach pods on other nodes.',
      [{ says: 'same-node-works-cross-node-fails', node: 'k8s-worker-03' }],
    ],
    [
      'Cross-node service calls are timing out since yesterday',
      [{ says: 'same-node-works-cross-node-fails' }, { says: 'service-timeouts' }],
    ],
    [
      'We upgraded the kernel and k8s-worker-03 was rebooted afterwards',
      [
        { says: 'node-was-rebooted', node: 'k8s-worker-03' },
        { says: 'os-was-updated', node: 'k8s-worker-03' },
      ],
    ],
    ['The node network is fine, SSH works as well', [{ says: 'node-network-fine' }, { says: 'ssh-works' }]],
    ['The permissions will be lost on the next reboot of the machine', []],
    ['If the node was rebooted, look at its folders first', []],
    ['Was the node rebooted after the OS update?', []],
    ['- D) Check that the node was rebooted with the new kernel update', []],
  ])('%s', (text, remarks) => {
    expect(rows(text, 'remarks')).toEqual(remarks)
  })

  test.each([
    [
      'The calico-node pod on k8s-worker-03 is in CrashLoopBackOff',
      [{ status: 'CrashLoopBackOff', node: 'k8s-worker-03', ready: false }],
    ],
    ['the calico-node pod is in `0/1 Running` there', [{ status: 'Running', ready: false }]],
    ['If calico-node is in CrashLoopBackOff, read its log first', []],
    ['calico-node should be running on each worker node', []],
  ])('a state in words: %s', (text, pods) => {
    expect(rows(text, 'pods')).toMatchObject(pods)
  })

  test('a pod that was spoken of is the one that a table shows on its node', () => {
    const text = `The calico-node pod on k8s-worker-03 is in CrashLoopBackOff here

calico-node-x7k2p   0/1   Running   7   52m   10.0.0.23   k8s-worker-03   <none>   <none>`
    expect(rows(text, 'pods')).toMatchObject([{ name: 'calico-node-x7k2p', status: 'Running' }])
  })
})
