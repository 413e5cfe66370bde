import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type ImageState, symptoms } from '#failures/image-host-incompatible/detect.ts'

export const mode: Mode<ImageState> = {
  id: 'image-host-incompatible',
  title: 'Programs of Calico’s image do not run on this host',
  owner: 'cluster',
  maturity: 'lab',
  detector,
  symptoms: [...symptoms],
  traffic:
    'What was programmed before stays; whatever the broken program does (rules, sets, routes, probes) does not happen.',
  prevent: [
    'Try a new Calico on one node of each kind (processor, FIPS mode, kernel) before it goes everywhere.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['messages'],
      why: 'which program fails, and with which error: a library, FIPS, a signal',
      command: ({ namespace, pod }) =>
        `kubectl logs -n ${namespace} ${pod} --all-containers --tail=500 | grep -iE "shared librar|fips|segmentation|illegal instruction|exec format|not found \\(required"`,
    }),
    ask(facts, about, {
      fills: ['pods'],
      why: 'the code with which the container ended (132 and 139 are crashes)',
    }),
    ask(facts, about, {
      fills: ['messages'],
      why: 'whether the kernel saw a program crash, and what the host is',
      command: ({ node }) =>
        `ssh ${node} 'dmesg -T | grep -iE "segfault|trap|protection" | tail; uname -m; cat /proc/sys/crypto/fips_enabled'`,
      cost: 4,
    }),
  ],
}
