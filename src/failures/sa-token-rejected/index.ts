import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type RejectedState } from '#failures/sa-token-rejected/detect.ts'

export const mode: Mode<RejectedState> = {
  id: 'sa-token-rejected',
  title: 'The API server refuses calico-node’s own token (keys, issuer, or the clock)',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [
    'access-refused',
    'calico-node-start-failing',
    'calico-node-not-ready',
    'api-unreachable',
    'sandbox-creation-failing',
    'cni-not-initialized',
    'node-not-ready',
    'network-unavailable',
    'bgp-session-down',
    'pods-not-ready-on-node',
  ],
  traffic:
    'What was programmed goes on while calico-node does not start anew; new pods and changes get nothing.',
  prevent: [
    'Give all API servers the same service-account keys and issuer, and add a new key everywhere before using it.',
    'Start kubelet and the runtime after the clock was synchronised (After=time-sync.target), and fix the hypervisor’s clock.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['messages'],
      why: 'whether calico-node itself is refused with the one word Unauthorized',
      command: ({ namespace, pod }) =>
        `kubectl logs -n ${namespace} ${pod} -c calico-node --previous --tail=200 | grep -i unauthorized`,
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'why: the API servers say what is wrong with a token (signature, issuer, time)',
      command: `kubectl logs -n kube-system -l component=kube-apiserver --prefix --tail=500 | grep 'Unable to authenticate'`,
      cost: 3,
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'whether the clock was set after boot',
      command: ({ node }) =>
        `ssh ${node} 'timedatectl; journalctl -b -u chronyd -u ntpd -u systemd-timesyncd --no-pager | head -50'`,
      cost: 5,
    }),
    ask(facts, about, {
      fills: ['settings'],
      why: 'whether all API servers have one issuer and one set of keys',
      command: `grep -H service-account /etc/kubernetes/manifests/kube-apiserver.yaml; sha256sum /etc/kubernetes/pki/sa.*   # on every control-plane host`,
      cost: 6,
    }),
  ],
}
