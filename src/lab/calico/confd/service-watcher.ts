import type { KubeClient } from '#lab/api/client.ts'
import { type Informer, informer } from '#lab/api/informer.ts'
import type { Endpoints, Service } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { noServiceRoutes, type ServiceRoutes } from '#lab/calico/confd/data.ts'
import { isAnnouncing, serviceRanges, serviceRoutes } from '#lab/calico/confd/services.ts'
import type { Sources } from '#lab/calico/confd/sources.ts'
import type { Log } from '#lab/calico/log.ts'
import type { Process } from '#lab/host/ports.ts'

/** Watches Services and Endpoints from the moment that the cluster announces any range of them. */
export class ServiceWatcher {
  readonly #p: Process
  readonly #o: { readonly kube: KubeClient; readonly log: Log; readonly nodeName: string; onChange(): void }
  #informers: { readonly services: Informer<Service>; readonly endpoints: Informer<Endpoints> } | undefined

  constructor(
    p: Process,
    o: { readonly kube: KubeClient; readonly log: Log; readonly nodeName: string; onChange(): void },
  ) {
    this.#p = p
    this.#o = o
  }

  /** Starts watching when there is something to announce, and returns when what is there has been read. */
  async follow(self: Process, sources: Sources): Promise<void> {
    if (this.#informers || !isAnnouncing(this.#ranges(sources))) return
    const { kube, log, onChange } = this.#o
    log.info('client.go 245', 'Starting route generator for service advertisement')
    log.info('routes.go 99', 'Starting RouteGenerator for Kubernetes services')
    const services = informer<Service>(this.#p, kube, { type: resources.services }, { onChange })
    const endpoints = informer<Endpoints>(this.#p, kube, { type: resources.endpoints }, { onChange })
    this.#informers = { services, endpoints }
    await services.untilSynced(self.task)
    await endpoints.untilSynced(self.task)
    log.info('routes.go 107', 'RouteGenerator in sync')
  }

  routes(sources: Sources): ServiceRoutes {
    const informers = this.#informers
    if (!informers) return noServiceRoutes
    const { nodeName, log } = this.#o
    const labels = sources.nodes.get(nodeName)?.labels
    return serviceRoutes({
      ranges: this.#ranges(sources),
      services: informers.services.list(),
      endpoints: (key) => informers.endpoints.get(key),
      nodeName,
      excluded: labels?.['node.kubernetes.io/exclude-from-external-load-balancers'] === 'true',
      log,
    })
  }

  #ranges(sources: Sources) {
    const spec = sources.configurations.get('default')?.spec
    return serviceRanges(spec, this.#p.env.CALICO_ADVERTISE_CLUSTER_IPS)
  }
}
