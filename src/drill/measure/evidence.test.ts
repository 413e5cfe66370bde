import { describe, expect, test } from 'vitest'
import { changes } from '#drill/measure/evidence.ts'

describe('whether a command line changes something', () => {
  test.each([
    '$ kubectl -n kube-system get pods -o wide | grep calico',
    '$ kubectl logs calico-node-x -c calico-node --previous',
    '$ kubectl rollout status ds/calico-node',
    '$ kubectl exec web -- wget -qO- http://api:8080',
    'k8s-worker-03# ls -ld /run/calico',
    'k8s-worker-03# systemctl status kubelet && journalctl -u kubelet -n 20',
    'k8s-worker-03# ip route | grep bird 2>/dev/null',
    'cloud$ ibmcloud ks worker ls --cluster shop',
    'wait 5m',
    'expect traffic',
  ])('not so: %s', (line) => {
    expect(changes(line)).toBe(false)
  })

  test.each([
    '$ kubectl delete pod calico-node-x',
    '$ kubectl get secret x -o yaml | sed s/a/b/ | kubectl create -f -',
    '$ kubectl rollout restart ds/calico-node',
    '$ kubectl drain k8s-worker-03 --ignore-daemonsets',
    'k8s-worker-03# chmod 755 /run/calico',
    'k8s-worker-03# cat x; systemctl restart kubelet',
    'k8s-worker-03# echo x > /etc/tmpfiles.d/calico.conf',
    'cloud$ ibmcloud ks worker reload --worker 10.0.0.1 -f',
    'reboot k8s-worker-03',
  ])('so: %s', (line) => {
    expect(changes(line)).toBe(true)
  })
})
