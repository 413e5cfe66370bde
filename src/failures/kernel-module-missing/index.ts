import { ask } from '#cluster/asking.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, type ModuleState, symptoms } from '#failures/kernel-module-missing/detect.ts'

export const mode: Mode<ModuleState> = {
  id: 'kernel-module-missing',
  title: 'The node’s kernel lacks a module that Calico needs',
  owner: 'node',
  maturity: 'lab',
  detector,
  symptoms: [...symptoms],
  traffic:
    'What was programmed before stays; policy and new pods get no rules there, and without its tunnel device nothing crosses nodes.',
  prevent: [
    'Load the modules at boot: a file in /etc/modules-load.d with ip_set, xt_set, ip_tables, ip6_tables, ipip or vxlan.',
    'Keep the package of extra modules (linux-modules-extra, kernel-modules-extra) in step with the kernel, and reboot after updates.',
  ],
  questions: (about, facts) => [
    ask(facts, about, {
      fills: ['messages'],
      why: 'which match, set type or device the kernel refuses: Felix quotes it',
      command: ({ namespace, pod }) =>
        `kubectl logs -n ${namespace} ${pod} -c calico-node --tail=2000 | grep -iE "load match|insmod|Kernel error|tunnel device|modprobe"`,
    }),
    ask(facts, about, {
      fills: ['kernelModules'],
      why: 'whether the running kernel has the modules on its disk',
      command: ({ node }) =>
        `ssh ${node} 'uname -r; ls /lib/modules; for m in ip_set xt_set ip_tables ip6_tables ipip vxlan; do sudo modprobe -v $m; done'`,
      cost: 4,
    }),
  ],
}
