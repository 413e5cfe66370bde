import { ask } from '#cluster/asking.ts'
import type { Facts, Subject } from '#cluster/facts.ts'
import { conditionOf, nodeNamed } from '#cluster/queries.ts'
import type { Question } from '#cluster/questions.ts'
import { refusalQuestions } from '#cluster/refusal-questions.ts'
import { relationInfo } from '#cluster/relations.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type KubeletLostContactState } from '#failures/kubelet-lost-contact/detect.ts'

export const mode: Mode<KubeletLostContactState> = {
  id: 'kubelet-lost-contact',
  title: 'kubelet and the control plane have lost each other',
  owner: 'node',
  maturity: 'lab',
  detector,
  symptoms: [
    'node-not-ready',
    'node-flapping',
    'calico-node-not-ready',
    'pods-not-ready-on-node',
    'bgp-session-down',
    'network-unavailable',
    'api-unreachable',
  ],
  traffic:
    'Pods that run there go on and keep their routes while the machine is up; Services send them nothing, and after five minutes they are replaced elsewhere.',
  prevent: [
    'Watch the worker’s way to the API server (port, firewall, load balancer) and kubelet’s memory and disk.',
    'Leave Calico as it is: the way from kubelet to the API server does not use it.',
  ],
  questions,
}

function questions(about: Subject, facts: Facts): readonly Question[] {
  const node = about.kind === 'node' ? about.name : '<node>'
  const known = nodeNamed(facts, about.kind === 'node' ? about.name : '')
  const isReasonKnown = known !== undefined && conditionOf(known, 'Ready')?.reason !== undefined
  return [
    ...(isReasonKnown ? [] : [askConditions(about, node)]),
    {
      command: `ssh ${node} 'systemctl status kubelet; journalctl -u kubelet --since -15min --no-pager | tail -50'`,
      why: 'whether kubelet runs, and what it says about the API server',
      fills: [],
      cost: 5,
    },
    ask(facts, about, {
      fills: ['certificates'],
      why: 'whether its client certificate is in its time: else the API server hears it, and refuses it',
      command: `ssh ${node} 'openssl x509 -noout -subject -dates -in /var/lib/kubelet/pki/kubelet-client-current.pem; date'`,
      cost: 4,
    }),
    ...refusalQuestions(facts, about),
    {
      command: `ssh ${node} 'curl -sk -m 5 "$(grep -o "https://[^ ]*" /etc/kubernetes/kubelet.conf)/livez"'`,
      why: 'whether the API server’s address answers from there (kubelet’s kubeconfig may lie elsewhere)',
      fills: [],
      cost: 5,
    },
  ]
}

const askConditions = (about: Subject, node: string): Question => ({
  command: relationInfo.nodes.command({ node }),
  why: 'whether its conditions are Unknown, or its events show it coming and going',
  fills: [
    { relation: 'nodes', about },
    { relation: 'events', about },
  ],
})
