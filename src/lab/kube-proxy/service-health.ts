import type { EndpointSlice, Service } from '#lab/api/objects.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import { servicePorts } from '#lab/kube-proxy/service-ports.ts'
import type { Klog } from '#lab/kubelet/klog.ts'
import { serveHttp } from '#lab/network/http.ts'
import type { Listener } from '#lab/network/ports.ts'

interface Served {
  readonly listener: Listener
  readonly port: number
}

/**
 * Answers load balancers whether this node has endpoints of a service with `externalTrafficPolicy: Local`, on the service's
 * healthCheckNodePort (kubernetes/kubernetes:pkg/proxy/healthcheck/service_health.go).
 */
export class ServiceHealth {
  readonly #p: Process
  readonly #log: Klog
  readonly #o: { readonly node: string; readonly isHealthy: () => boolean }
  readonly #served = new Map<string, Served>()
  readonly #local = new Map<string, number>()

  constructor(p: Process, log: Klog, o: { readonly node: string; readonly isHealthy: () => boolean }) {
    this.#p = p
    this.#log = log
    this.#o = o
  }

  async update(services: readonly Service[], slices: readonly EndpointSlice[]): Promise<void> {
    const wanted = new Map(
      services
        .filter(({ spec }) => spec.externalTrafficPolicy === 'Local' && spec.healthCheckNodePort)
        .map((service) => [`${service.metadata.namespace}/${service.metadata.name}`, service]),
    )
    for (const [name, { listener, port }] of [...this.#served])
      if (wanted.get(name)?.spec.healthCheckNodePort !== port) {
        listener.close()
        this.#served.delete(name)
      }
    for (const [name, service] of wanted) {
      const ports = servicePorts([service], slices, this.#o.node)
      this.#local.set(name, Math.max(0, ...ports.map(({ localEndpoints }) => localEndpoints.length)))
      if (!this.#served.has(name)) await this.#serve(name, service)
    }
  }

  async #serve(name: string, { metadata, spec }: Service): Promise<void> {
    const port = spec.healthCheckNodePort ?? 0
    this.#log.info('service_health.go:146', 'Opening healthcheck', { service: name, port })
    try {
      const listener = await serveHttp(this.#p, { port }, () => {
        const localEndpoints = this.#local.get(name) ?? 0
        const serviceProxyHealthy = this.#o.isHealthy()
        const service = { namespace: metadata.namespace, name: metadata.name }
        return {
          status: localEndpoints > 0 && serviceProxyHealthy ? 200 : 503,
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ service, localEndpoints, serviceProxyHealthy }, undefined, '\t'),
        }
      })
      this.#served.set(name, { listener, port })
    } catch (error) {
      if (!isErrno(error)) throw error
      this.#log.error('service_health.go:158', 'Failed to start healthcheck', {
        err: `listen tcp :${port}: bind: ${error.message.toLowerCase()}`,
        service: name,
        port,
      })
    }
  }
}
