import { applyChange } from '#lab/network/changes.ts'
import type { AclPlan, GroupPlan } from '#lab/network/fabric-plan.ts'
import type { NetChange, Underlay, UnderlayPort } from '#lab/network/ports.ts'
import type { Chains } from '#lab/network/rule.ts'
import { stackOf } from '#lab/network/stack-net.ts'

/** What the network team or a cloud's console changes while the lab runs, as data that can be recorded and run again. */
export type UnderlayChange =
  | ({ readonly op: 'port'; readonly machine: string; readonly link?: string } & Partial<
      Readonly<UnderlayPort>
    >)
  | { readonly op: 'acl'; readonly segment: string; readonly acl: AclPlan | undefined }
  | { readonly op: 'group'; readonly group: GroupPlan }
  | { readonly op: 'spanning'; readonly router: string; readonly spans: boolean }
  /** Routes, links and sysctls of a router. */
  | { readonly op: 'router'; readonly router: string; readonly changes: readonly NetChange[] }
  | {
      readonly op: 'router-rules'
      readonly router: string
      readonly table: 'filter' | 'nat'
      readonly chains: Chains
    }

/** Carries it out. Throws for a machine, segment or router that there is not, and Errno as the router's kernel refuses. */
export function changeUnderlay(underlay: Underlay, change: UnderlayChange): void {
  switch (change.op) {
    case 'port':
      changePort(underlay.port(change.machine, change.link), change)
      break
    case 'acl':
      underlay.setAcl(change.segment, change.acl)
      break
    case 'group':
      underlay.setGroup(change.group)
      break
    case 'spanning':
      underlay.setSpanning(change.router, change.spans)
      break
    case 'router':
      for (const each of change.changes) applyChange(stackOf(underlay.router(change.router)), each)
      break
    default:
      stackOf(underlay.router(change.router)).netfilter.restore(change.table, change.chains)
  }
}

function changePort(port: UnderlayPort, to: Partial<Readonly<UnderlayPort>>): void {
  if (to.up !== undefined) port.up = to.up
  if (to.mtuBytes !== undefined) port.mtuBytes = to.mtuBytes
  if (to.groups !== undefined) port.groups = to.groups
  if (to.allowedSources !== undefined) port.allowedSources = to.allowedSources
  if (to.corruptsVxlanChecksums !== undefined) port.corruptsVxlanChecksums = to.corruptsVxlanChecksums
}
