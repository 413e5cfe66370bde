/** `node --expose-gc bench/lab-scenarios.ts NAME`: runs one scenario of lab.ts and prints what it measures, a line of JSON for each figure. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startBench } from '#lab/api/kubectl-bench.ts'
import type { Node, Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { Lab } from '#lab/lab.ts'
import { kubectlWatch } from './kubectl-counts.ts'

const print = (figure: Readonly<Record<string, number>>): void => console.log(JSON.stringify(figure))

async function timed(act: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await act()
  return performance.now() - start
}

function megabytes(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed / 2 ** 20
}

const isTrue = ({ status }: Node | Pod, type: string): boolean =>
  status.conditions?.some((each) => each.type === type && each.status === 'True') === true

const all = <T>(lab: Lab, bucket: string): readonly T[] =>
  lab.api.state.store.list(bucket) as unknown as readonly T[] // objects of that type only

/** Lets time pass until `done()`, which looks at many objects and is therefore asked four times a virtual second. */
async function untilSeen(lab: Lab, done: () => boolean): Promise<void> {
  let nextMs = 0
  await lab.until(() => {
    if (lab.nowMs < nextMs) return false
    nextMs = lab.nowMs + 250
    return done()
  })
}

/** A cluster without the mesh; three of its workers reflect. */
async function reflected(nodes: number): Promise<Lab> {
  const lab = Lab.powerOn({ seed: 'bench', nodes })
  const reflectors = lab.nodes.slice(1, 4)
  const { store } = lab.api.state
  await lab.until(() => lab.api.process !== undefined)
  await lab.kube.create(resources.bgpConfigurations, {
    apiVersion: 'crd.projectcalico.org/v1',
    kind: 'BGPConfiguration',
    metadata: { name: 'default' },
    spec: { nodeToNodeMeshEnabled: false, asNumber: 64512, logSeverityScreen: 'Info' },
  } as Parameters<typeof lab.kube.create>[1]) // Calico's objects have a spec of their own
  await lab.kube.create(resources.bgpPeers, {
    apiVersion: 'crd.projectcalico.org/v1',
    kind: 'BGPPeer',
    metadata: { name: 'to-reflectors' },
    spec: { nodeSelector: 'all()', peerSelector: "route-reflector == 'true'" },
  } as Parameters<typeof lab.kube.create>[1])
  await lab.until(() => reflectors.every((name) => store.get('/nodes', name) !== undefined))
  const body = {
    metadata: {
      labels: { 'route-reflector': 'true' },
      annotations: { 'projectcalico.org/RouteReflectorClusterID': '244.0.0.1' },
    },
  }
  for (const name of reflectors)
    await lab.kube.patch({ type: resources.nodes, name }, { type: 'merge', body })
  return lab
}

async function reflectors(): Promise<void> {
  const before = megabytes()
  const start = performance.now()
  const lab = await reflected(1000)
  await lab.untilWell(600_000)
  print({ wellMs: performance.now() - start })
  print({ perNodeMB: (megabytes() - before) / 1000 })
}

async function mesh(): Promise<void> {
  print({ wellMs: await timed(() => Lab.boot({ seed: 'bench', nodes: 100 })) })
}

async function nodes(): Promise<void> {
  const start = performance.now()
  const lab = await reflected(5000)
  await allReady(lab)
  print({ readyMs: performance.now() - start })
}

/** Counted while they boot by a kubectl that watches. */
async function nodesByKubectl(): Promise<void> {
  const start = performance.now()
  const lab = Lab.powerOn({ seed: 'bench', nodes: 5000, backend: 'vxlan' })
  await lab.until(() => lab.api.process !== undefined)
  const watch = await kubectlWatch(lab, 'nodes')
  const told = watch.until(lab.nodes.length, ({ second }) => second === 'Ready')
  await Promise.all([told, allReady(lab)])
  print({ toldMs: performance.now() - start })
  await watch.close()
}

const allReady = (lab: Lab): Promise<void> =>
  untilSeen(
    lab,
    () => all<Node>(lab, '/nodes').filter((node) => isTrue(node, 'Ready')).length === lab.nodes.length,
  )

const load = { type: resources.deployments, namespace: 'default', name: 'load' }

const loaded = (lab: Lab, replicas: number): Promise<unknown> =>
  lab.kube.create(resources.deployments, {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: load.name, namespace: load.namespace },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'load' } },
      template: {
        metadata: { labels: { app: 'load' } },
        spec: {
          containers: [{ name: 'load', image: 'docker.io/shop/db:1.4.0', imagePullPolicy: 'IfNotPresent' }],
        },
      },
    },
  } as Parameters<typeof lab.kube.create>[1]) // a Deployment has a spec

async function pods(): Promise<void> {
  const lab = await Lab.boot({ seed: 'bench', nodes: 100 })
  const others = all<Pod>(lab, '/pods').length
  const runningMs = await timed(async () => {
    await loaded(lab, 10_000 - others)
    await untilSeen(
      lab,
      () => all<Pod>(lab, '/pods').filter(({ status }) => status.phase === 'Running').length >= 10_000,
    )
  })
  print({ runningMs })
  const deletedMs = await timed(async () => {
    await lab.kube.delete(load)
    await untilSeen(lab, () => all<Pod>(lab, '/pods').length <= others)
  })
  print({ deletedMs })
}

/** The same, counted by a kubectl that watches. */
async function podsByKubectl(): Promise<void> {
  const lab = await Lab.boot({ seed: 'bench', nodes: 100 })
  const others = all<Pod>(lab, '/pods').length
  const replicas = 10_000 - others
  const watch = await kubectlWatch(lab, 'pods')
  const running = watch.until(replicas, ({ status }) => status === 'Running')
  const toldMs = await timed(async () => {
    await loaded(lab, replicas)
    const started = (): boolean =>
      all<Pod>(lab, '/pods').filter(({ status }) => status.phase === 'Running').length >= 10_000
    await Promise.all([running, untilSeen(lab, started)])
  })
  print({ toldMs })
  const gone = watch.until(replicas, ({ event }) => event === 'DELETED')
  const goneMs = await timed(async () => {
    await lab.kube.delete(load)
    await Promise.all([gone, untilSeen(lab, () => all<Pod>(lab, '/pods').length <= others)])
  })
  print({ goneMs })
  await watch.close()
}

/** What ten seconds of computing reach, as what two days would take. */
async function hours(): Promise<void> {
  const lab = await Lab.boot({ seed: 'bench', nodes: 100 })
  const from = { wallMs: performance.now(), virtualMs: lab.nowMs }
  while (performance.now() - from.wallMs < 10_000) await lab.advance(10_000)
  const share = (lab.nowMs - from.virtualMs) / (48 * 3_600_000)
  print({ twoDaysMs: (performance.now() - from.wallMs) / share })
}

/** After an hour the events of the boot are gone; later what the engine makes of code that runs often has settled, too. */
async function growth(): Promise<void> {
  const lab = await Lab.boot({ seed: 'bench', nodes: 5 })
  await lab.advance(3 * 3_600_000)
  const before = megabytes()
  await lab.advance(48 * 3_600_000)
  print({ perDayMB: (megabytes() - before) / 2 })
}

async function kubectl(): Promise<void> {
  const start = performance.now()
  const bench = await startBench()
  await fetch(`${bench.served.url}/version`)
  print({ serverMs: performance.now() - start })
  bench.seed({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: 'default' },
  })
  for (let i = 0; i < 10_000; i++)
    bench.seed({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `web-${String(i).padStart(5, '0')}`, namespace: 'default', labels: { app: 'web' } },
      spec: { nodeName: 'n1', containers: [{ name: 'web', image: 'web:1' }] },
    })
  const home = mkdtempSync(join(tmpdir(), 'ninelives-bench-'))
  const get = (...argv: readonly string[]): Promise<number> =>
    timed(
      () =>
        new Promise((resolve, reject) => {
          const child = spawn('kubectl', ['--server', bench.served.url, 'get', ...argv], {
            env: { PATH: process.env.PATH, HOME: home },
            stdio: ['ignore', 'ignore', 'inherit'],
          })
          child.once('error', reject)
          child.once('exit', (code) => (code === 0 ? resolve(code) : reject(new Error(`kubectl: ${code}`))))
        }),
    )
  await get('namespaces') // discovery, kept by kubectl
  print({ pagedMs: await get('pods', '-A') })
  print({ wholeMs: await get('pods', '-A', '--chunk-size=0') })
  rmSync(home, { recursive: true })
  await bench.close()
}

const scenarios: Readonly<Record<string, () => Promise<void>>> = {
  reflectors,
  mesh,
  nodes,
  nodesByKubectl,
  pods,
  podsByKubectl,
  hours,
  growth,
  kubectl,
}

await scenarios[process.argv[2] ?? '']?.()
process.exit()
