import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { type CertificateState, detector } from '#failures/typha-cert-invalid/detect.ts'

export const mode: Mode<CertificateState> = {
  id: 'typha-cert-invalid',
  title: 'Typha and its clients refuse each other’s certificates',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [
    'typha-unreachable',
    'calico-node-not-ready',
    'calico-node-start-failing',
    'operator-degraded',
    'pods-not-ready-on-node',
    'cni-not-initialized',
    'node-not-ready',
    'sandbox-creation-failing',
    'network-unavailable',
    'cross-node-traffic-failing',
    'bgp-session-down',
  ],
  traffic:
    'Connections that exist go on; a calico-node or Typha that restarts is refused, and its node learns nothing.',
  prevent: [
    'Watch the end dates of typha-certs and node-certs, and that the operator reconciles (kubectl get tigerastatus).',
    'Let one authority sign both sides; never copy a certificate of another installation.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['messages'],
      why: 'what calico-node says of the certificate: expired, unknown authority, another name',
      command: ({ namespace, pod }) =>
        `kubectl logs -n ${namespace} ${pod} -c calico-node --tail=2000 | grep -iE 'x509|tls|certificate'`,
    }),
    ask(facts, about, {
      fills: ['certificates'],
      why: 'by when both certificates are valid, and who signed them',
      command:
        'for s in typha-certs node-certs; do kubectl get secret -n tigera-operator $s -o jsonpath="{.data.tls\\.crt}" | base64 -d | openssl x509 -noout -subject -issuer -dates; done',
      cost: 3,
    }),
    ask(facts, about, {
      fills: ['secrets'],
      why: 'whether the Secrets are there in both namespaces',
      command: 'kubectl get secrets -A | grep -E "typha-certs|node-certs|tigera-ca-private"',
    }),
  ],
}
