import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type RpfState, symptoms } from '#failures/rpf-loose/detect.ts'

export const mode: Mode<RpfState> = {
  id: 'rpf-loose',
  title: 'An old Felix refuses to run with a loose reverse path filter',
  owner: 'node',
  maturity: 'evidence-only',
  detector,
  symptoms: [...symptoms],
  traffic:
    'Rules and routes of before stay; new pods and policy changes get nothing on that node while Felix ends again and again.',
  prevent: [
    'Set net.ipv4.conf.all.rp_filter to 1 in a file of sysctl.d that sorts last, or run Calico 3.12 or newer.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['messages'],
      why: 'whether Felix ends with “RPF check is set to ‘loose’”',
      command: ({ namespace, pod }) =>
        `kubectl logs -n ${namespace} ${pod} -c calico-node --previous --tail=200 | grep -iE "FATAL|CRITICAL|rpf"`,
    }),
    ask(facts, about, {
      fills: ['settings'],
      why: 'the filter as it is now, and the file that sets it',
      command: ({ node }) =>
        `ssh ${node} 'sysctl net.ipv4.conf.all.rp_filter; grep -rs rp_filter /etc/sysctl.conf /etc/sysctl.d /usr/lib/sysctl.d'`,
      cost: 4,
    }),
    ask(facts, about, { fills: ['versions'], why: 'whether this Calico is older than 3.12', cost: 1 }),
  ],
}
