import type { KubeClient } from '#lab/api/client.ts'
import { type Informer, informer } from '#lab/api/informer.ts'
import type { IPPool } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import type { InstallationSpec, IpPoolSpec } from '#lab/calico/operator/installation.ts'
import type { Degraded } from '#lab/calico/operator/status.ts'
import type { Process } from '#lab/host/ports.ts'

const owner = { 'app.kubernetes.io/managed-by': 'tigera-operator' }

/**
 * The pools of an Installation (tigera/operator:pkg/controller/ippool). Without the Calico API server, which the lab does not
 * install, the operator may create a pool but not change one.
 */
export class PoolController {
  readonly #kube: KubeClient
  readonly #pools: Informer<IPPool>

  constructor(p: Process, kube: KubeClient, onChange: () => void) {
    this.#kube = kube
    this.#pools = informer<IPPool>(p, kube, { type: resources.ipPools }, { onChange })
  }

  untilSynced(p: Process): Promise<void> {
    return this.#pools.untilSynced(p.task)
  }

  get anyEnabled(): boolean {
    return this.#pools.list().some(({ spec }) => spec.disabled !== true)
  }

  /** Creates what is missing; answers why a pool that is there cannot be made to fit. */
  async ensure({ calicoNetwork }: InstallationSpec): Promise<Degraded | undefined> {
    for (const wanted of calicoNetwork?.ipPools ?? []) {
      const known = this.#pools.list().find(({ spec }) => spec.cidr === wanted.cidr)
      if (!known) {
        const { name = '' } = wanted
        await this.#kube.create(resources.ipPools, {
          apiVersion: 'crd.projectcalico.org/v1',
          kind: 'IPPool',
          metadata: { name, labels: owner },
          ...{ spec: poolSpec(wanted) },
        })
        continue
      }
      const trouble = differs(known, poolSpec(wanted))
      if (trouble) return trouble
    }
    return undefined
  }
}

/** Somebody else's pool is left alone; one of its own would have to be changed. */
function differs({ metadata, spec }: IPPool, wanted: IPPool['spec']): Degraded | undefined {
  const isOwn = metadata.labels?.['app.kubernetes.io/managed-by'] === 'tigera-operator'
  const changed = Object.entries(wanted).some(
    ([key, value]) =>
      JSON.stringify((spec as Readonly<Record<string, unknown>>)[key]) !== JSON.stringify(value),
  )
  if (!isOwn || !changed) return undefined
  return {
    reason: 'ResourceNotReady',
    message: 'Unable to modify IP pools while Calico API server is unavailable',
  }
}

const modes = {
  IPIP: ['Always', 'Never'],
  IPIPCrossSubnet: ['CrossSubnet', 'Never'],
  VXLAN: ['Never', 'Always'],
  VXLANCrossSubnet: ['Never', 'CrossSubnet'],
  None: ['Never', 'Never'],
} as const

function poolSpec(pool: IpPoolSpec): IPPool['spec'] {
  const [ipipMode, vxlanMode] = modes[pool.encapsulation ?? 'IPIP']
  return {
    cidr: pool.cidr,
    blockSize: pool.blockSize ?? 26,
    ipipMode,
    vxlanMode,
    natOutgoing: pool.natOutgoing !== 'Disabled',
    nodeSelector: pool.nodeSelector ?? 'all()',
    disableBGPExport: pool.disableBGPExport ?? false,
    allowedUses: pool.allowedUses ?? ['Workload', 'Tunnel'],
  }
}
