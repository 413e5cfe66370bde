/**
 * metrics-server: asks every kubelet by the clock what its node and pods use, and answers for metrics.k8s.io behind the API server
 * (kubernetes-sigs/metrics-server:pkg/{server,scraper,api}). Where it reaches no kubelet it is not ready, and that API is not available.
 *
 * Not imitated: who asks (the API server has looked), TLS towards kubelets (the lab's have none), watches, tables.
 */
import { inClusterKube } from '#lab/api/client.ts'
import { type Informer, informer } from '#lab/api/informer.ts'
import type { Node, Pod } from '#lab/api/objects.ts'
import { KubeUnreachable, resources } from '#lab/api/ports.ts'
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { untilTerminated } from '#lab/host/process/until-terminated.ts'
import { Notice } from '#lab/kernel/mailbox.ts'
import { Klog } from '#lab/kubelet/klog.ts'
import { type Answering, metricsAnswer } from '#lab/metrics-server/answers.ts'
import { pointsOf, Samples } from '#lab/metrics-server/samples.ts'
import { type HttpRequest, type HttpResponse, httpGet } from '#lab/network/http.ts'
import { goError, HttpFailure } from '#lab/network/http-failure.ts'
import { authority, pemOf, serveHttps } from '#lab/network/tls.ts'

const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount/token'
const scrapeMs = 10_000
const yearMs = 365 * 86_400_000

const metricsServer: Program = async (p) => {
  const flag = (name: string): string | undefined =>
    p.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3)
  const log = new Klog(p)
  try {
    const kube = inClusterKube(p)
    const nodes = informer<Node>(p, kube, { type: resources.nodes })
    const pods = informer<Pod>(p, kube, { type: resources.pods })
    const samples = new Samples()
    const port = Number(flag('secure-port') ?? 443)
    const certificate = pemOf(
      authority(`${p.hostname}@${Math.floor(p.now() / 1000)}`, {
        key: `metrics-server ${p.hostname}`,
        notBeforeMs: p.now(),
        notAfterMs: p.now() + yearMs,
      }),
    )
    const answer = (request: HttpRequest): HttpResponse =>
      healthOf(request.path, samples.areThere) ?? metricsAnswer(request.path, { nodes, pods, samples })
    await serveHttps(p, { port, certificate: () => certificate, probes: answer }, answer)
    log.info('secure_serving.go:213', `Serving securely on [::]:${port}`)
    const everyMs = 1000 * Number.parseFloat(flag('metric-resolution') ?? '60s')
    p.thread('scrape', (self) => scrapeForEver(self, log, { nodes, samples, everyMs }))
  } catch (error) {
    if (!isErrno(error) && !(error instanceof KubeUnreachable)) throw error
    log.error('server.go:1', 'Failed to start', { err: error.message.toLowerCase() })
    return 1
  }
  return untilTerminated(p, 0)
}

export const metricsServerPrograms: Readonly<Record<string, Program>> = { 'metrics-server': metricsServer }

function healthOf(path: string, isReady: boolean): HttpResponse | undefined {
  const [asked] = path.split('?')
  if (asked === '/livez' || asked === '/healthz') return { status: 200, body: 'ok', vouched: true }
  if (asked !== '/readyz') return undefined
  return isReady
    ? { status: 200, body: 'ok', vouched: true }
    : {
        status: 500,
        body: '[+]ping ok\n[-]metric-storage-ready failed: reason withheld\nreadyz check failed\n',
      }
}

async function scrapeForEver(
  p: Process,
  log: Klog,
  {
    nodes,
    samples,
    everyMs,
  }: Pick<Answering, 'samples'> & {
    readonly nodes: Informer<Node>
    readonly everyMs: number
  },
): Promise<void> {
  await nodes.untilSynced(p.task)
  for (;;) {
    const startMs = p.monotonic()
    const was = samples.areThere
    const token = (await p.files.read(tokenPath)).trim()
    const pages: ReturnType<typeof pointsOf>[] = []
    const done = new Notice()
    const all = nodes.list()
    for (const node of all)
      p.thread(`scrape ${node.metadata.name}`, async (self) => {
        pages.push(await scraped(self, log, node, token))
        done.tell()
      })
    while (pages.length < all.length) await done.wait(p.task)
    samples.store(new Map(pages.flatMap((page) => [...page])))
    if (samples.areThere !== was) p.moved()
    await p.sleep(Math.max(0, everyMs - (p.monotonic() - startMs)))
  }
}

async function scraped(
  p: Process,
  log: Klog,
  { metadata: { name }, status }: Node,
  token: string,
): Promise<ReturnType<typeof pointsOf>> {
  const failed = (err: string): ReturnType<typeof pointsOf> => {
    log.error('scraper.go:149', 'Failed to scrape node', { err, node: name })
    return new Map()
  }
  const address = status.addresses?.find(({ type }) => type === 'InternalIP')?.address
  if (address === undefined) return failed(`node ${name} has no address of type InternalIP`)
  const url = `http://${address}:10250/metrics/resource`
  try {
    const answer = await httpGet(p, url, {
      timeoutMs: scrapeMs,
      headers: { authorization: `Bearer ${token}` },
    })
    if (answer.status === 200) return pointsOf(name, answer.body)
    return failed(
      `request failed, status: "${answer.status} ${answer.status === 403 ? 'Forbidden' : 'Unauthorized'}"`,
    )
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error
    return failed(goError(error).replace('"http:', '"https:'))
  }
}
