import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type EtcdState } from '#failures/etcd-access-failed/detect.ts'

export const mode: Mode<EtcdState> = {
  id: 'etcd-access-failed',
  title: 'Calico cannot use its etcd (certificates, paths, endpoints)',
  owner: 'cluster',
  maturity: 'evidence-only',
  detector,
  symptoms: [
    'calico-node-start-failing',
    'calico-node-not-ready',
    'api-unreachable',
    'sandbox-creation-failing',
    'bird-not-running',
    'bgp-session-down',
    'pods-not-ready-on-node',
  ],
  traffic:
    'Routes and rules stay as they were; nothing new gets programmed, and a calico-node that restarts does not start.',
  prevent: [
    'Watch the end of etcd’s certificates, those of its clients included, and renew them in time.',
    'Keep ETCD_ENDPOINTS with https:// and the paths of certificates in one place (calico-config, calico-etcd-secrets).',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['settings'],
      why: 'which endpoints, files and certificates Calico was given',
      command: ({ namespace }) =>
        `kubectl get configmap -n ${namespace} calico-config -o yaml; kubectl get daemonset -n ${namespace} calico-node -o yaml | grep -A2 ETCD`,
    }),
    ask(facts, about, {
      fills: ['certificates'],
      why: 'until when the certificates hold',
      command: ({ node }) =>
        `ssh ${node} 'for f in /etc/cni/net.d/calico-tls/* /etc/calico/certs/*; do echo $f; openssl x509 -noout -subject -dates -in $f; done'`,
      cost: 4,
    }),
    ask(facts, about, {
      fills: ['reachability'],
      why: 'whether TCP and TLS to etcd work with the very files that Calico uses',
      command: ({ node }) =>
        `ssh ${node} 'curl -v --cacert <ca> --cert <cert> --key <key> https://<etcd-address>:2379/health'`,
      cost: 5,
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'what etcd’s client says',
      command: ({ namespace, pod }) =>
        `kubectl logs -n ${namespace} ${pod} -c calico-node --tail=200; calicoctl get nodes --log-level=debug`,
    }),
  ],
}
