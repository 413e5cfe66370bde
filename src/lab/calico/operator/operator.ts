import { inClusterKube, type KubeClient } from '#lab/api/client.ts'
import { type Informer, informer } from '#lab/api/informer.ts'
import type { Node } from '#lab/api/objects.ts'
import { deepEqual } from '#lab/api/patch/merge.ts'
import { isKubeError, KubeError, KubeUnreachable, resources } from '#lab/api/ports.ts'
import { CertificateStore, type SecretTrouble } from '#lab/calico/operator/certificate-store.ts'
import { covers } from '#lab/calico/operator/covers.ts'
import { operatorResources } from '#lab/calico/operator/definitions.ts'
import {
  type Installation,
  type InstallationSpec,
  invalid,
  withDefaults,
} from '#lab/calico/operator/installation.ts'
import {
  type InstallationStatus,
  installationConditions,
  settledStatus,
} from '#lab/calico/operator/installation-status.ts'
import { OperatorLog } from '#lab/calico/operator/log.ts'
import { Managed } from '#lab/calico/operator/managed.ts'
import { Migration } from '#lab/calico/operator/migration.ts'
import { OwnDefinitions } from '#lab/calico/operator/own-definitions.ts'
import { PoolController } from '#lab/calico/operator/pools.ts'
import { namespaceObject, render, typhaReplicas } from '#lab/calico/operator/render.ts'
import { operatorNamespace } from '#lab/calico/operator/rendering.ts'
import type { Degraded } from '#lab/calico/operator/status.ts'
import { StatusReporter } from '#lab/calico/operator/status-reporter.ts'
import { releaseOf } from '#lab/calico/release.ts'
import { Wakeup } from '#lab/calico/wakeup.ts'
import { untilLeading } from '#lab/controllers/leader.ts'
import type { Process, Program } from '#lab/host/ports.ts'
import { untilTerminated } from '#lab/host/process/until-terminated.ts'

const retryMs = 30_000

/** Two operators of different releases do not write over each other: tigera/operator:main.go (LeaderElectionID). */
const lock = { namespace: operatorNamespace, name: 'operator-lock' }

/**
 * tigera-operator (tigera/operator): an Installation becomes the objects of Calico, and stays them whatever
 * anybody edits or deletes. Not imitated: the API server and its resource, ImageSets, certificate management, Windows,
 * other CNI plugins and providers, overrides of single components beyond the resources of calico-node and Typha.
 */
export const tigeraOperator: Program = async (p) => {
  p.thread('manager', async (self) => {
    const log = new OperatorLog(p)
    log.info('setup', 'Starting manager')
    await untilLeading(self, { ...lock, kube: inClusterKube(self) })
    await new Operator(self).run()
  })
  return untilTerminated(p, 0)
}

class Operator {
  readonly #p: Process
  readonly #kube: KubeClient
  readonly #log: OperatorLog
  readonly #wakeup = new Wakeup()
  readonly #installations: Informer<Installation>
  readonly #nodes: Informer<Node>
  readonly #definitions: OwnDefinitions | undefined
  readonly #managed: Managed
  readonly #certificates: CertificateStore
  readonly #pools: PoolController
  readonly #migration: Migration
  readonly #calico: StatusReporter
  readonly #poolStatus: StatusReporter
  readonly #version: string

  constructor(p: Process) {
    this.#p = p
    this.#kube = inClusterKube(p)
    this.#log = new OperatorLog(p)
    this.#version = releaseOf(p.version).name
    const kube = this.#kube
    const onChange = (): void => this.#wakeup.tell()
    this.#installations = informer<Installation>(
      p,
      kube,
      { type: operatorResources.installations },
      { onChange },
    )
    this.#nodes = informer<Node>(
      p,
      kube,
      { type: resources.nodes },
      {
        onChange: ({ type, object, previous }) => {
          const labels = JSON.stringify(object.metadata.labels)
          if (type !== 'MODIFIED' || labels !== JSON.stringify(previous?.metadata.labels)) onChange()
        },
      },
    )
    this.#definitions = OwnDefinitions.of(p, kube, { version: this.#version, onChange })
    this.#managed = new Managed(p, kube, onChange)
    this.#certificates = new CertificateStore(p, kube, onChange)
    this.#pools = new PoolController(p, kube, onChange)
    this.#migration = new Migration(p, { kube, log: this.#log, nodes: () => this.#nodes.list(), onChange })
    this.#calico = new StatusReporter(p, { kube, component: 'calico', watches: true, onWritten: onChange })
    this.#poolStatus = new StatusReporter(p, { kube, component: 'ippools', watches: false })
  }

  async run(): Promise<never> {
    await this.#definitions?.untilSynced(this.#p)
    for (const each of [this.#installations, this.#nodes]) await each.untilSynced(this.#p.task)
    for (const each of [this.#managed, this.#certificates, this.#pools, this.#migration])
      await each.untilSynced(this.#p)
    for (;;) {
      await this.#reconcile()
      await this.#wakeup.wait(this.#p)
    }
  }

  /** One round; whatever goes wrong with the API is tried again half a minute later. */
  async #reconcile(): Promise<void> {
    const installation = this.#installations.get('default')
    if (!installation) return
    try {
      await this.#once(installation)
    } catch (error) {
      if (!(error instanceof KubeError || error instanceof KubeUnreachable)) throw error
      this.#degrade({
        reason: 'ResourceUpdateError',
        message: `Error creating / updating resource: ${error.message}`,
      })
      this.#retry()
    }
  }

  async #once(found: Installation): Promise<void> {
    await this.#definitions?.ensure()
    const installation = await this.#tellConditions(found)
    const { generation = 1 } = installation.metadata
    const problem = invalid(installation.spec, releaseOf(this.#version))
    if (problem !== undefined)
      return this.#degrade({
        reason: 'InvalidConfigurationError',
        message: `Invalid Installation provided: ${problem}`,
      })
    const spec = withDefaults(installation.spec)
    if (!covers(installation.spec, spec)) {
      await this.#kube.update(operatorResources.installations, { ...installation, spec })
      return
    }
    await this.#managed.apply([namespaceObject(spec)])
    if (!(await this.#ensurePools(spec, generation))) return
    const certificates = await this.#certificates.ensure()
    if ('trouble' in certificates) return this.#degrade(secretDegraded(certificates))
    const migrating = await this.#migration.check()
    if (typeof migrating === 'object') return this.#degrade(migrating)
    const objects = render({
      spec,
      version: this.#version,
      typhaReplicas: typhaReplicas(this.#nodes.list().length),
      migrating,
      certificates,
    })
    await this.#managed.apply(objects)
    this.#calico.clear(generation)
    if (!migrating) return this.#tellSettled(installation, spec)
    const stopped = await this.#migration.run()
    if (stopped === undefined) return this.#wakeup.tell() // the objects are rendered without what was for the migration
    this.#degrade(stopped)
    this.#retry()
  }

  /** The object with the conditions of what Calico consists of, as they were written last. */
  async #tellConditions(installation: Installation): Promise<Installation> {
    const conditions = installationConditions(this.#calico.conditions, releaseOf(this.#version))
    if (conditions.length === 0) return installation
    return this.#write(installation, { ...installation.status, conditions })
  }

  async #tellSettled(installation: Installation, spec: InstallationSpec): Promise<void> {
    if (!this.#calico.isAvailable) return
    const settled = await settledStatus(this.#p, spec, this.#version)
    await this.#write(installation, { ...installation.status, ...settled })
  }

  /** An object that is no longer as the cache has it is written at the next round, which that change begins. */
  async #write(installation: Installation, status: InstallationStatus): Promise<Installation> {
    if (deepEqual(installation.status ?? {}, status)) return installation
    try {
      const next = { ...installation, status }
      return await this.#kube.update(operatorResources.installations, next, { subresource: 'status' })
    } catch (error) {
      if (!isKubeError(error, 'Conflict')) throw error
      return installation
    }
  }

  async #ensurePools(spec: InstallationSpec, generation: number): Promise<boolean> {
    const trouble = await this.#pools.ensure(spec)
    if (trouble) this.#poolStatus.degrade(trouble)
    else this.#poolStatus.clear(generation)
    if (this.#pools.anyEnabled) return true
    this.#degrade({ reason: 'ResourceNotReady', message: 'waiting for enabled IP pools to be created' })
    return false
  }

  #degrade(degraded: Degraded): void {
    this.#log.error('controller_installation', degraded.message, { reason: degraded.reason })
    this.#calico.degrade(degraded)
  }

  #retry(): void {
    this.#p.thread('requeue', async (self) => {
      await self.sleep(retryMs)
      this.#wakeup.tell()
    })
  }
}

const secretDegraded = ({ trouble }: SecretTrouble): Degraded => ({
  reason: 'CertificateError',
  message: `Error with Typha/Felix secrets: ${trouble}`,
})
