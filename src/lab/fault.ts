import type { Subject } from '#cluster/facts.ts'
import type { Encapsulation } from '#lab/encapsulation.ts'
import type { Flavour } from '#lab/flavours/names.ts'
import type { Output } from '#lab/host/ports.ts'
import type { UnderlayRule } from '#lab/network/ports.ts'
import type { UnderlayChange } from '#lab/network/underlay-change.ts'
import type { OwnerKube } from '#lab/owner-kube.ts'

/**
 * What a fault may touch: nothing but what an engineer with root, the network team or the power could change.
 * Every call is an input of the lab and is recorded, so that the same history can be run again.
 */
export interface LabControl {
  readonly nodes: readonly string[]
  /** Runs a shell script as root on a node; throws when it exits with another code than 0. */
  exec(node: string, script: string): Promise<Output>
  /** Reboots and waits until the node's kernel is up again (not until Kubernetes is). */
  reboot(node: string, o?: { readonly powerCut?: boolean }): Promise<void>
  /** The Kubernetes API with the rights of the cluster's owner. */
  readonly kube: OwnerKube
  addUnderlayRule(rule: UnderlayRule): Promise<void>
  removeUnderlayRule(name: string): Promise<void>
  changeUnderlay(change: UnderlayChange): Promise<void>
  /** The provider's command as the account's owner types it; rejects where no provider runs the cluster. */
  cloud(argv: readonly string[]): Promise<Output>
  advance(ms: number): Promise<void>
}

export interface Strike {
  /** The node that is struck; for a fault of the whole cluster, the one that people will look at first. */
  readonly node: string
  readonly variant: string
}

/** What a lab must be like for a fault to do harm. Default: any. */
export interface LabNeeds {
  readonly encapsulation?: Encapsulation
  /** At least so many. */
  readonly nodes?: number
}

/** How the lab breaks in one way: a change of low-level state, and the event that makes it bite. Symptoms follow. */
export interface Fault<Memory = unknown> {
  /** Flavours it can strike; on the others the same change harms nothing. */
  readonly flavours: readonly Flavour[]
  /** Flavours of a variant that strikes not all of them. */
  readonly only?: Readonly<Record<string, readonly Flavour[]>>
  /** How the lab has to be booted for it, beyond its flavour. */
  readonly lab?: LabNeeds
  /** Variant → what is different about it, for people. The first is the default. */
  readonly variants: Readonly<Record<string, string>>
  /** Answers what `undo` will have to know, as JSON could carry it (an object that was deleted, say). */
  change(lab: LabControl, strike: Strike): Promise<Memory>
  /** What makes the change bite: a reboot, a restart, or nothing. */
  trigger(lab: LabControl, strike: Strike): Promise<void>
  /** Virtual time after the trigger until every symptom is there. */
  settleMs(variant: string): number
  /** Takes the change back (not what it did since). */
  undo(lab: LabControl, strike: Strike, memory: Memory): Promise<void>
  /** On whom the cause must be found; `nodes`: all of the lab. */
  subjects(strike: Strike, nodes: readonly string[]): readonly Subject[]
}

/** Flavours that a variant can strike. */
export const flavoursOf = (
  { flavours, only }: Pick<Fault, 'flavours' | 'only'>,
  variant: string,
): readonly Flavour[] => only?.[variant] ?? flavours
