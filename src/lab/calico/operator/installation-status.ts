/**
 * What the operator says of an Installation in its status: tigera/operator:pkg/controller/installation/core_controller.go (the end of Reconcile),
 * pkg/controller/status (UpdateStatusCondition).
 */
import type { InstallationSpec } from '#lab/calico/operator/installation.ts'
import type { StatusCondition } from '#lab/calico/operator/status.ts'
import type { Release } from '#lab/calico/release.ts'
import { readable } from '#lab/host/os/readable.ts'
import type { Process } from '#lab/host/ports.ts'

export interface InstallationStatus {
  readonly calicoVersion?: string
  readonly computed?: InstallationSpec
  readonly conditions?: readonly InstallationCondition[]
  readonly mtu?: number
  readonly variant?: string
}

export type InstallationCondition = Omit<StatusCondition, 'type'> & {
  readonly type: 'Ready' | 'Progressing' | 'Degraded'
}

/** The conditions of what Calico consists of, under names of their own. Of operators since Calico 3.25. */
export const installationConditions = (
  conditions: readonly StatusCondition[],
  { minor }: Release,
): readonly InstallationCondition[] =>
  minor < 25
    ? []
    : conditions.map((each) => ({ ...each, type: each.type === 'Available' ? 'Ready' : each.type }))

/** What is told once everything is there. */
export async function settledStatus(
  p: Process,
  spec: InstallationSpec,
  calicoVersion: string,
): Promise<InstallationStatus> {
  const mtu = spec.calicoNetwork?.mtu ?? (await readMtu(p))
  const { variant } = spec
  return {
    calicoVersion,
    computed: spec,
    ...(mtu === 0 ? {} : { mtu }),
    ...(variant === undefined ? {} : { variant }),
  }
}

/** What the calico-node beside it has found out; 0 for nothing. */
const readMtu = async (p: Process): Promise<number> =>
  Number((await readable(p.files, '/var/lib/calico/mtu'))?.trim()) || 0
