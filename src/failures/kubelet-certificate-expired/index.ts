import { ask } from '#cluster/asking.ts'
import { refusalQuestions } from '#cluster/refusal-questions.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type EndedState } from '#failures/kubelet-certificate-expired/detect.ts'

export const mode: Mode<EndedState> = {
  id: 'kubelet-certificate-expired',
  title: 'The kubelet’s client certificate is out of its time: the API server refuses it',
  owner: 'node',
  maturity: 'lab',
  detector,
  symptoms: [
    'node-not-ready',
    'calico-node-not-ready',
    'pods-not-ready-on-node',
    'bgp-session-down', // a machine that was booted with it starts no pod
    'network-unavailable',
  ],
  traffic:
    'Pods that run there go on and keep their routes; Services send them nothing, and after five minutes they are replaced elsewhere. After a reboot nothing starts.',
  prevent: [
    'Watch the end of /var/lib/kubelet/pki/kubelet-client-current.pem on each node: it is renewed when a tenth to three tenths of its time are left.',
    'Keep rotateCertificates on, and the bindings by which renewals are approved (kubeadm:node-autoapprove-certificate-rotation); look at pending CertificateSigningRequests.',
    'A machine that was off for long, or comes back from an old backup, is joined anew.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['certificates'],
      why: 'until when the certificate counts that the kubelet shows the API server',
      command: ({ node }) =>
        `ssh ${node} 'openssl x509 -noout -subject -dates -in /var/lib/kubelet/pki/kubelet-client-current.pem; date'`,
      cost: 4,
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'what the kubelet says of its certificate',
      command: ({ node }) =>
        `ssh ${node} 'journalctl -u kubelet --since -15min --no-pager | grep -iE "certificate|Unauthorized" | tail -20'`,
      cost: 4,
    }),
    ...refusalQuestions(facts, about),
  ],
}
