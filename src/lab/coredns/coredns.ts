/**
 * CoreDNS 1.11 with the plugins errors, health, ready and kubernetes: cluster names out of the API, nothing else.
 *
 * Not imitated: forwarding, caching, metrics, what other plugins are told in the Corefile (see corefile.ts), reverse and SRV queries,
 * UDP (see network/dns.ts), the five seconds of lame duck at the end.
 *
 * @see coredns/coredns:plugin/kubernetes/controller.go, plugin/ready/ready.go, plugin/health/health.go
 */
import { inClusterKube, type KubeClient } from '#lab/api/client.ts'
import { type Informer, informer } from '#lab/api/informer.ts'
import type { EndpointSlice, KubeObject, Service } from '#lab/api/objects.ts'
import { KubeUnreachable, type ResourceType, resources } from '#lab/api/ports.ts'
import { reflectorWords } from '#lab/api/reflector-words.ts'
import { answerFor, type Cluster } from '#lab/coredns/records.ts'
import { CorefileError, Running } from '#lab/coredns/reload.ts'
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { type DnsAnswer, serveDns } from '#lab/network/dns.ts'
import { serveHttp } from '#lab/network/http.ts'

/** How long the server waits for the API before it starts without (plugin/kubernetes/setup.go). */
const startupMs = 5000

const reflectorSource = 'pkg/mod/k8s.io/client-go@v0.29.3/tools/cache/reflector.go:229'

export const coredns: Program = async (p) => {
  try {
    const config = await Running.start(p)
    const kube = inClusterKube(p)
    const views = watchAll(p, kube)
    await serveHealth(p, views)
    await awaitApi(p, views)
    await serveDns(p, { port: 53 }, (name) => answer(name, config.zone, views))
    p.stdout.write(`.:53\n${config.announcement}CoreDNS-1.11.3\nlinux/amd64, go1.21.11, a6338e9\n`)
    config.watch(p)
    return await untilTerminated(p)
  } catch (error) {
    if (error instanceof CorefileError) p.stdout.write(`${error.message}\n`)
    else if (error instanceof KubeUnreachable) p.stdout.write(`plugin/kubernetes: ${error.message}\n`)
    else if (isErrno(error)) p.stdout.write(`Listen: listen tcp :53: bind: ${error.message.toLowerCase()}\n`)
    else throw error
    return 1
  }
}

interface Views {
  readonly services: Informer<Service>
  readonly slices: Informer<EndpointSlice>
  readonly namespaces: Informer<KubeObject>
}

const isSynced = ({ services, slices, namespaces }: Views): boolean =>
  services.synced && slices.synced && namespaces.synced

function watchAll(p: Process, kube: KubeClient): Views {
  const view = <T extends KubeObject>(type: ResourceType, kind: string): Informer<T> =>
    informer<T>(
      p,
      kube,
      { type },
      {
        onError: (failure) => {
          for (const { kind: of, says } of reflectorWords(`*v1.${kind}`, failure)) {
            const level = of === 'failed' ? 'ERROR' : 'INFO'
            p.stdout.write(`[${level}] plugin/kubernetes: ${reflectorSource}: ${says}\n`)
          }
        },
      },
    )
  return {
    services: view(resources.services, 'Service'),
    slices: view(resources.endpointSlices, 'EndpointSlice'),
    namespaces: view(resources.namespaces, 'Namespace'),
  }
}

async function serveHealth(p: Process, views: Views): Promise<void> {
  await serveHttp(p, { port: 8080 }, ({ path }) =>
    path === '/health'
      ? { status: 200, body: 'OK', vouched: true }
      : { status: 404, body: '404 page not found\n' },
  )
  await serveHttp(p, { port: 8181 }, ({ path }) => {
    if (path !== '/ready') return { status: 404, body: '404 page not found\n' }
    if (isSynced(views)) return { status: 200, body: 'OK', vouched: true }
    p.stdout.write('[INFO] plugin/ready: Still waiting on: "kubernetes"\n')
    return { status: 503, body: 'kubernetes' }
  })
}

/** Serves without the API after a while: cluster names then fail, but the process answers. */
async function awaitApi(p: Process, views: Views): Promise<void> {
  const deadlineMs = p.now() + startupMs
  while (!isSynced(views) && p.now() < deadlineMs) {
    p.stdout.write('[INFO] plugin/kubernetes: waiting for Kubernetes API before starting server\n')
    await p.sleep(500)
  }
  if (!isSynced(views))
    p.stdout.write('[WARNING] plugin/kubernetes: starting server with unsynced Kubernetes API\n')
}

function answer(name: string, zone: string, views: Views): DnsAnswer {
  const reply = answerFor(name, clusterOf(zone, views))
  // Before the first lists have come nothing is known to be absent.
  return isSynced(views) || reply.rcode === 'REFUSED' ? reply : { rcode: 'SERVFAIL', addresses: [] }
}

const clusterOf = (zone: string, { services, slices, namespaces }: Views): Cluster => ({
  zone,
  service: (namespace, name) => services.get(`${namespace}/${name}`),
  slices: (namespace, service) =>
    slices
      .list()
      .filter(
        ({ metadata }) =>
          metadata.namespace === namespace && metadata.labels?.['kubernetes.io/service-name'] === service,
      ),
  hasNamespace: (name) => namespaces.has(name),
})

function untilTerminated(p: Process): Promise<number> {
  return p.task.wait<number>((wake) => {
    p.onSignal('SIGTERM', () => {
      p.stdout.write('[INFO] SIGTERM: Shutting down servers then terminating\n')
      wake(0)
    })
    return undefined
  })
}
