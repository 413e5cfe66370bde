import { clusterSubject } from '#cluster/subjects.ts'
import type { Fault, LabControl } from '#lab/fault.ts'

/**
 * The workers' security group is written anew by somebody's automation and loses what the workers need of each other. `self`: the
 * rules in which the group names itself go. `icmp`: they are narrowed to ICMP, so that ping works and nothing else does.
 */
export const fault: Fault<readonly string[]> = {
  flavours: ['iks-vpc', 'roks'],
  variants: {
    self: 'no rule of the workers’ group names the group itself any more',
    icmp: 'its rules for itself let ICMP in and out, and nothing else',
  },
  change: async (lab, { variant }) => {
    const group = await workersGroup(lab)
    for (const { id } of await rulesForItself(lab, group))
      await lab.cloud(['is', 'security-group-rule-delete', group, id])
    if (variant === 'icmp') await allow(lab, group, 'icmp')
    return [group]
  },
  // What is open stays open (groups know connections), so what has to connect anew feels it: a worker that reboots.
  trigger: (lab, { node }) => lab.reboot(node),
  settleMs: () => 10 * 60_000,
  undo: async (lab, _, [group = '']) => {
    for (const { id } of await rulesForItself(lab, group))
      await lab.cloud(['is', 'security-group-rule-delete', group, id])
    await allow(lab, group, 'all')
  },
  subjects: () => [clusterSubject],
}

interface Rule {
  readonly id: string
  readonly remote: { readonly name?: string }
}

async function workersGroup(lab: LabControl): Promise<string> {
  const { stdout } = await lab.cloud(['is', 'security-groups', '--output', 'json'])
  const groups = JSON.parse(stdout) as readonly { readonly name: string }[] // as the VPC's API has them
  return groups.find(({ name }) => /^kube-[^-]+$/.test(name))?.name ?? ''
}

async function rulesForItself(lab: LabControl, group: string): Promise<readonly Rule[]> {
  const { stdout } = await lab.cloud(['is', 'security-group-rules', group, '--output', 'json'])
  const rules = JSON.parse(stdout) as readonly Rule[] // as the VPC's API has them
  return rules.filter(({ remote }) => remote.name === group)
}

async function allow(lab: LabControl, group: string, protocol: string): Promise<void> {
  for (const direction of ['inbound', 'outbound'])
    await lab.cloud(['is', 'security-group-rule-add', group, direction, protocol, '--remote', group])
}
