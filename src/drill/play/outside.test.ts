import { describe, expect, test } from 'vitest'
import { isThatLook } from '#drill/play/outside.ts'

const act = (line: string) => ({ atMs: 0, line, changes: false })

describe('a look from outside', () => {
  test.each([
    [
      'the same log, whatever else is asked of it',
      '$ kubectl -n kube-system logs calico-node-56pxz -c calico-node --tail=200',
      'GET /api/v1/namespaces/kube-system/pods/calico-node-56pxz/log?container=calico-node',
    ],
    [
      'the same file on the same node',
      'k8s-worker-03# ls -ld /run/calico',
      'k8s-worker-03# stat /run/calico',
    ],
    [
      'a list of the same kind',
      '$ kubectl -n shop get pods -o wide',
      'GET /api/v1/namespaces/shop/pods?limit=500',
    ],
  ])('is that one: %s', (_, typed, line) => {
    expect(isThatLook(typed, act(line))).toBe(true)
  })

  test.each([
    [
      'another pod’s log',
      '$ kubectl logs calico-node-56pxz',
      'GET /api/v1/namespaces/x/pods/calico-node-other/log',
    ],
    [
      'the pod itself is not its log',
      '$ kubectl logs calico-node-56pxz',
      'GET /api/v1/namespaces/x/pods/calico-node-56pxz',
    ],
    ['another node', 'k8s-worker-03# ls -ld /run/calico', 'k8s-worker-02# ls -ld /run/calico'],
    ['another file', 'k8s-worker-03# ls -ld /run/calico', 'k8s-worker-03# ls -ld /etc/cni'],
    ['another kind', '$ kubectl get pods', 'GET /api/v1/nodes'],
  ])('is not that one: %s', (_, typed, line) => {
    expect(isThatLook(typed, act(line))).toBe(false)
  })
})
