import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type PasswordState } from '#failures/bgp-password-secret-unreadable/detect.ts'
import { passwordsNamed } from '#failures/bgp-password-secret-unreadable/passwords.ts'

export const mode: Mode<PasswordState> = {
  id: 'bgp-password-secret-unreadable',
  title: 'calico-node cannot read the secret with a BGP password',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [
    'bgp-session-down',
    'calico-node-not-ready',
    'access-refused',
    'cross-node-traffic-failing',
    'pods-not-ready-on-node',
  ],
  traffic:
    'Not to the peers that keep their password; where all nodes lost it, traffic flows and sessions are not protected any more.',
  prevent: [
    'Put secret, Role and RoleBinding into the namespace of calico-node before a password is set.',
    'Move the secret along when Calico moves from kube-system to calico-system.',
  ],
  questions: (about, facts) => {
    const secret = passwordsNamed(facts)[0]?.secret ?? '<secret>'
    return [
      ...(passwordsNamed(facts).length > 0
        ? []
        : [
            ask(facts, about, {
              fills: ['bgpPeers', 'settings'],
              why: 'whether a password is configured at all, and in which secret',
              command:
                'kubectl get bgppeers.crd.projectcalico.org,bgpconfigurations.crd.projectcalico.org -o yaml | grep -iE -A3 "^    name:|password"',
            }),
          ]),
      ask(facts, about, {
        fills: ['secrets', 'roles'],
        why: 'whether the secret is where calico-node looks for it, and whether it may read it',
        command: ({ namespace }) =>
          `kubectl get secret -n ${namespace} ${secret} -o name; kubectl auth can-i list secrets -n ${namespace} --as=system:serviceaccount:${namespace}:calico-node; kubectl get roles,rolebindings -n ${namespace}`,
      }),
      ask(facts, about, {
        fills: ['messages'],
        why: 'whether confd says that it cannot read a password',
        command: ({ namespace, pod }) =>
          `kubectl logs -n ${namespace} ${pod} -c calico-node --tail=5000 | grep -iE 'password|secret'`,
      }),
      ask(facts, about, {
        fills: ['messages'],
        why: 'whether the kernel drops what is not signed, or signed otherwise',
        command: ({ node }) => `ssh ${node} 'dmesg -T | grep -i md5 | tail'`,
        cost: 5,
      }),
    ]
  },
}
