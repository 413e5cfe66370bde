import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { type CertificateState, detector } from '#failures/apiserver-cert-invalid/detect.ts'

export const mode: Mode<CertificateState> = {
  id: 'apiserver-cert-invalid',
  title: 'The API server’s certificate is refused (expired, or without the Service’s address)',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [
    'api-unreachable',
    'calico-node-not-ready',
    'calico-node-start-failing',
    'sandbox-creation-failing',
    'cni-install-failing',
    'node-not-ready',
    'cni-not-initialized',
    'typha-unreachable',
    'pods-not-ready-on-node',
    'bgp-session-down', // a calico-node that is restarted does not get as far as BIRD
    'bird-not-running',
    'network-unavailable',
    'operator-degraded',
  ],
  traffic: 'What was programmed goes on; no program of Calico’s hears of anything new.',
  prevent: [
    'Watch the end of the control plane’s certificates (kubeadm certs check-expiration) and renew them in time.',
    'Issue the serving certificate with the first address of the Service range and every name and address that clients use.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['certificates'],
      why: 'which names the serving certificate holds, and until when',
      command:
        'openssl s_client -connect <api-server-address>:6443 </dev/null 2>/dev/null | openssl x509 -noout -subject -issuer -dates -ext subjectAltName',
      cost: 3,
    }),
    ask(facts, about, {
      fills: ['services'],
      why: 'the Service’s address, which must be among them',
      command: 'kubectl get service kubernetes -n default',
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'whether calico-node itself refuses the certificate, or only the CNI plugin',
      command: ({ namespace, pod }) =>
        `kubectl logs -n ${namespace} ${pod} --all-containers --tail=500 | grep x509; date`,
    }),
  ],
}
