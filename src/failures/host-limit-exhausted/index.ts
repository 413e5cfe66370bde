import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type LimitState, symptoms } from '#failures/host-limit-exhausted/detect.ts'

export const mode: Mode<LimitState> = {
  id: 'host-limit-exhausted',
  title: 'A limit of the host’s kernel is reached (connections, open files, inotify, processes)',
  owner: 'node',
  maturity: 'lab',
  detector,
  symptoms: [...symptoms],
  traffic: 'Connections that exist go on; with a full table of connections new ones are dropped at random.',
  prevent: [
    'Size nf_conntrack_max, fs.inotify.max_user_instances and LimitNOFILE for the number of pods, and watch how full they are.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['messages', 'settings'],
      why: 'which limit it is, and how near: the kernel says “table full”, programs “too many open files”',
      command: ({ node }) =>
        `ssh ${node} 'dmesg -T | grep -iE "table full|table overflow|fork rejected" | tail; sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max fs.file-nr fs.inotify.max_user_instances fs.inotify.max_user_watches'`,
      cost: 4,
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'whether calico-node meets it',
      command: ({ namespace, pod }) =>
        `kubectl logs -n ${namespace} ${pod} -c calico-node --tail=2000 | grep -iE "too many open files|inotify|temporarily unavailable"`,
    }),
  ],
}
