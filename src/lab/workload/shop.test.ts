/** kube-proxy, CoreDNS and the shop together: real programs on machines, pods furnished by hand, no kubelet and no controllers. */
import { describe, expect, test } from 'vitest'
import { seeded } from '#base/random.ts'
import type { Draft, EndpointSlice, KubeObject } from '#lab/api/objects.ts'
import { perform } from '#lab/api/perform.ts'
import { apiPrograms } from '#lab/api/programs.ts'
import { ApiServer } from '#lab/api/server.ts'
import { coreDnsManifests } from '#lab/coredns/index.ts'
import { root } from '#lab/host/credentials.ts'
import { createMachine, type LabMachine } from '#lab/host/machine.ts'
import type { Container, Output, Tree } from '#lab/host/ports.ts'
import { Kernel } from '#lab/kernel/kernel.ts'
import { kubeProxyManifests } from '#lab/kube-proxy/index.ts'
import { createNetwork } from '#lab/network/network.ts'
import { networkPrograms } from '#lab/network/programs.ts'
import { addPod } from '#lab/network/test-bed.ts'
import { networkTools } from '#lab/network/tools.ts'
import { workloadManifests } from '#lab/workload/index.ts'

const owner = { username: 'kubernetes-admin', groups: ['system:masters'] }
const manifests = [
  ...kubeProxyManifests({ server: 'https://10.0.0.11:6443', clusterCidr: '10.244.0.0/16' }),
  ...coreDnsManifests(),
  ...workloadManifests({ workers: 2, dbNode: 'k8s-worker-01', controlPlane: 'k8s-control-01' }),
]

interface Pod {
  readonly container: Container
  readonly output: string[]
  sh(line: string): Promise<Output>
}

interface Bed {
  readonly kernel: Kernel
  readonly machines: readonly LabMachine[]
  readonly pods: Readonly<Record<'dns' | 'db' | 'api' | 'frontend', Pod>>
  readonly api: ApiServer
  publish(service: string, addresses: readonly string[]): void
  advance(ms: number): Promise<void>
}

async function bed(): Promise<Bed> {
  const kernel = new Kernel({ seed: 1, startMs: Date.parse('2026-01-07T06:00:00Z') })
  const network = createNetwork({ kernel, random: seeded(1) })
  const api = new ApiServer({ kernel })
  const write = (op: 'create' | 'update', object: Draft<KubeObject>): void => {
    const type = api.state.registry.ofKind(object.apiVersion, object.kind)
    if (!type) throw new Error(`no type for ${object.kind}`)
    const { name = '', namespace } = object.metadata as { name?: string; namespace?: string }
    perform(
      api,
      op === 'create' ? { op, type, namespace, body: object } : { op, type, namespace, name, body: object },
      owner,
    )
  }
  for (const object of manifests) write('create', object)
  write('create', node('k8s-worker-01', '10.0.0.21'))
  write('create', node('k8s-worker-02', '10.0.0.22'))

  const token = (name: string): string => {
    const key = `kube-system/${name}`
    const bucket = api.state.registry.ofKind('v1', 'ServiceAccount')?.bucket ?? ''
    const account = api.state.store.get(bucket, key) as unknown as KubeObject // of that bucket
    return api.state.tokens.issue(
      { namespace: 'kube-system', name, uid: account.metadata.uid },
      { seconds: 3600, audiences: [], id: 'x' },
    )
  }
  const programs = { ...networkPrograms, ...apiPrograms(api) }
  const machine = async (name: string, address: string): Promise<LabMachine> => {
    const made = createMachine({
      kernel,
      name,
      programs,
      tree: [...hostTree(token('kube-proxy')), ...networkTools()],
      createStack: () => {
        const stack = network.stack(name)
        network.attach(stack, { machine: name, address, prefixLength: 24 })
        return stack
      },
    })
    made.boot({ kernelMs: 0, userspaceMs: 0 })
    await kernel.advanceTo(kernel.nowMs + 10)
    return made
  }
  const control = await machine('k8s-control-01', '10.0.0.11')
  const first = await machine('k8s-worker-01', '10.0.0.21')
  const second = await machine('k8s-worker-02', '10.0.0.22')
  await route(first, '10.244.2.0/26', '10.0.0.22')
  await route(second, '10.244.1.0/26', '10.0.0.21')
  await route(control, '10.244.1.0/26', '10.0.0.21')
  await route(control, '10.244.2.0/26', '10.0.0.22')
  await control.start(['kube-apiserver'], { as: root })
  for (const each of [first, second]) {
    const argv = [
      'kube-proxy',
      '--config=/var/lib/kube-proxy/config.conf',
      `--hostname-override=${each.name}`,
    ]
    await each.start(argv, { as: root })
  }

  const pod = async (
    host: LabMachine,
    o: { name: string; address: string; argv: string[] },
  ): Promise<Pod> => {
    const net = await addPod(network, host.net, o)
    const container = host.createContainer({
      name: o.name,
      root: [...podTree(token('coredns')), ...networkTools()],
      mounts: [],
      net,
      hostname: o.name,
      env: { KUBERNETES_SERVICE_HOST: '10.0.0.11', KUBERNETES_SERVICE_PORT: '6443', PATH: '/usr/bin:/bin' },
    })
    const output: string[] = []
    const write = (text: string): number => output.push(text)
    await container.start(o.argv, { as: root, stdout: { write }, stderr: { write } })
    return { container, output, sh: (line) => command(kernel, container, line) }
  }
  const pods = {
    dns: await pod(first, {
      name: 'dns',
      address: '10.244.1.2',
      argv: ['coredns', '-conf', '/etc/coredns/Corefile'],
    }),
    db: await pod(first, { name: 'db', address: '10.244.1.5', argv: ['shop-tier', '--name=db'] }),
    api: await pod(second, {
      name: 'api',
      address: '10.244.2.5',
      argv: ['shop-tier', '--name=api', '--upstream=http://db:8080'],
    }),
    frontend: await pod(second, {
      name: 'frontend',
      address: '10.244.2.6',
      argv: ['shop-tier', '--name=frontend', '--upstream=http://api:8080'],
    }),
  }
  const published = new Set<string>()
  const publish = (name: string, addresses: readonly string[]): void => {
    write(published.has(name) ? 'update' : 'create', slice(name, addresses))
    published.add(name)
  }
  publish('kube-dns', ['10.244.1.2'])
  publish('db', ['10.244.1.5'])
  publish('api', ['10.244.2.5'])
  const advance = (ms: number): Promise<void> => kernel.advanceTo(kernel.nowMs + ms)
  await advance(10_000)
  return { kernel, machines: [control, first, second], pods, api, publish, advance }
}

const route = (machine: LabMachine, destination: string, via: string): Promise<void> =>
  machine.net.apply([
    { op: 'route-add', route: { destination, kind: 'unicast', via, dev: 'eth0', protocol: 'bird' } },
  ])

function hostTree(token: string): Tree {
  const config = manifests.find(
    ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'kube-proxy',
  )
  const data = (config as unknown as { data: Record<string, string> }).data
  return [
    { path: '/usr/bin/kube-apiserver', kind: 'file', mode: 0o755, program: 'kube-apiserver' },
    { path: '/usr/bin/kube-proxy', kind: 'file', mode: 0o755, program: 'kube-proxy' },
    ...Object.entries(data).map(([name, text]) => ({
      path: `/var/lib/kube-proxy/${name}`,
      kind: 'file' as const,
      text,
    })),
    { path: '/var/run/secrets/kubernetes.io/serviceaccount/token', kind: 'file', text: token },
  ]
}

function podTree(token: string): Tree {
  const corefile = manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'coredns')
  const text = (corefile as unknown as { data: Record<string, string> }).data.Corefile ?? ''
  const resolv =
    'search shop.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n'
  return [
    { path: '/usr/bin/shop-tier', kind: 'file', mode: 0o755, program: 'shop-tier' },
    { path: '/usr/bin/coredns', kind: 'file', mode: 0o755, program: 'coredns' },
    { path: '/etc/coredns/Corefile', kind: 'file', text },
    { path: '/etc/resolv.conf', kind: 'file', text: resolv },
    { path: '/var/run/secrets/kubernetes.io/serviceaccount/token', kind: 'file', text: token },
  ]
}

const node = (name: string, address: string): Draft<KubeObject> => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name },
  status: { addresses: [{ type: 'InternalIP', address }] },
})

const slice = (service: string, addresses: readonly string[]): Draft<EndpointSlice> => {
  const isDns = service === 'kube-dns'
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${service}-x`,
      namespace: isDns ? 'kube-system' : 'shop',
      labels: { 'kubernetes.io/service-name': service },
    },
    addressType: 'IPv4',
    endpoints: addresses.map((address) => ({ addresses: [address], conditions: { ready: true } })),
    ports: isDns
      ? [{ name: 'dns-tcp', port: 53, protocol: 'TCP' }]
      : [{ name: 'http', port: 8080, protocol: 'TCP' }],
  }
}

async function command(kernel: Kernel, container: Container, line: string): Promise<Output> {
  let [stdout, stderr] = ['', '']
  const child = await container.start(line.split(' '), {
    as: root,
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
  })
  let code: number | undefined
  child.onExit((status) => {
    code = status.code
  })
  await kernel.runUntil(() => code !== undefined, kernel.nowMs + 600_000)
  return { code: code ?? -1, stdout, stderr }
}

const status = async (pod: Pod, url: string): Promise<string> =>
  (await pod.sh(`curl -s -o /tmp -w %{http_code} -m 10 ${url}`)).stdout

describe('the shop', () => {
  test('answers through three tiers, by names and service addresses', async () => {
    const { pods } = await bed()
    const { stdout, code } = await pods.frontend.sh('curl -s http://127.0.0.1:8080/')
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'frontend frontend: ok\napi api: ok\ndb db: ok\n' })
    const whole = await pods.db.sh('dig +short api.shop.svc.cluster.local')
    expect(whole).toMatchObject({ code: 0, stdout: expect.stringMatching(/^10\./) })
    expect((await pods.db.sh('dig +short +search api')).stdout).toBe(whole.stdout)
    expect((await pods.db.sh('dig +short api')).stdout).toBe('')
  })

  test('is not ready on a node that is cut off, and says why; liveness stays', async () => {
    const { pods, machines, kernel } = await bed()
    // Without names: the DNS server is cut off as well.
    await machines[2]?.net.apply([{ op: 'route-del', destination: '10.244.1.0/26' }])
    const before = kernel.nowMs
    expect((await pods.api.sh('curl -s -m 10 http://127.0.0.1:8080/ready')).stdout).toBe(
      'Get "http://db:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)\n',
    )
    expect(Math.floor(kernel.nowMs - before)).toBe(2000)
    expect((await pods.api.sh('curl -s -m 10 http://127.0.0.1:8080/healthz')).stdout).toBe('ok\n')
    expect(pods.api.output.at(-1)).toMatch(/level=error msg="upstream request failed" error="Get/)
    expect((await pods.api.sh('nslookup db')).stdout).toContain(
      ';; communications error to 10.96.0.10#53: timed out',
    )
    expect(await pods.frontend.sh('curl -sS -m 3 http://10.244.1.5:8080/')).toMatchObject({
      code: 28,
      stderr: 'curl: (28) Connection timed out after 3000 milliseconds\n',
    })
    // Pods on one node still reach each other.
    expect((await pods.frontend.sh('curl -s http://10.244.2.5:8080/healthz')).stdout).toBe('ok\n')
  })

  test('is refused at a service without endpoints, and served again by its new one', async () => {
    const { pods, publish, advance } = await bed()
    publish('db', [])
    await advance(2500)
    const { stdout } = await pods.api.sh('curl -s http://127.0.0.1:8080/ready')
    expect(stdout).toMatch(
      /^Get "http:\/\/db:8080\/healthz": dial tcp 10\.\d+\.\d+\.\d+:8080: connect: connection refused\n$/,
    )
    publish('db', ['10.244.2.5'])
    await advance(2500)
    expect((await pods.api.sh('curl -s http://db:8080/healthz')).stdout).toBe('ok\n')
  })

  test('goes on with the addresses it knows while DNS does not answer; a new look-up fails', async () => {
    const { pods, advance } = await bed()
    const page = async (): Promise<string> =>
      (await pods.frontend.sh('curl -s http://127.0.0.1:8080/')).stdout
    expect(await page()).toContain('db db: ok')
    pods.dns.container.destroy()
    await advance(120_000)
    expect(await page()).toContain('db db: ok')
    expect((await pods.frontend.sh('curl -sS http://api:8080/healthz')).stderr).toBe(
      'curl: (6) Could not resolve host: api\n',
    )
  })

  test('kube-proxy and CoreDNS keep working from what they know while the API server is away', async () => {
    const { pods, machines, advance } = await bed()
    await machines[0]?.halt('power-cut')
    await advance(600_000)
    expect((await pods.frontend.sh('curl -s http://127.0.0.1:8080/')).stdout).toContain('db db: ok')
    expect(await status(pods.frontend, 'http://10.244.1.2:8181/ready')).toBe('200')
    expect(pods.dns.output.join('')).toMatch(/\[ERROR\] plugin\/kubernetes: .*Failed to watch \*v1\.Service/)
  })
})
