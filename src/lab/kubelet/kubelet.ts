import { type KubeClient, kubeClient } from '#lab/api/client.ts'
import { type Informer, informer } from '#lab/api/informer.ts'
import type { Service } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { isErrno, type Machine, type Process, type Program } from '#lab/host/ports.ts'
import { machineOf } from '#lab/host/process/process.ts'
import { Mailbox } from '#lab/kernel/mailbox.ts'
import { Access } from '#lab/kubelet/access.ts'
import { DependencyTrouble } from '#lab/kubelet/auth-config.ts'
import { Backoff } from '#lab/kubelet/backoff.ts'
import { CertificateRotation } from '#lab/kubelet/certificate-rotation.ts'
import { type ClientCertificate, loadClientCertificate } from '#lab/kubelet/client-certificate.ts'
import { type KubeletConfig, readKubeletConfig } from '#lab/kubelet/config.ts'
import type { Kubelet } from '#lab/kubelet/context.ts'
import { etcd } from '#lab/kubelet/control-plane.ts'
import { EventRecorder } from '#lab/kubelet/event-recorder.ts'
import { EvictionManager } from '#lab/kubelet/eviction.ts'
import { Klog } from '#lab/kubelet/klog.ts'
import { keepLogFiles } from '#lab/kubelet/log-manager.ts'
import { NodeLoop } from '#lab/kubelet/node-loop.ts'
import type { NodeFacts } from '#lab/kubelet/node-object.ts'
import { ObjectCache } from '#lab/kubelet/object-cache.ts'
import { Pods } from '#lab/kubelet/pods.ts'
import { reflectorLog, sharedInformers } from '#lab/kubelet/reflector-log.ts'
import { minorOf } from '#lab/kubelet/release.ts'
import { Reviews } from '#lab/kubelet/reviews.ts'
import { RuntimeState } from '#lab/kubelet/runtime-state.ts'
import { kubeletPort, serveHealth, serveKubelet, serveReadOnly } from '#lab/kubelet/server.ts'
import { watchStaticPods } from '#lab/kubelet/static-pods.ts'
import { StatusManager } from '#lab/kubelet/status-manager.ts'
import { crictl } from '#lab/runtime/crictl/crictl.ts'
import { containerd, runtimeOf } from '#lab/runtime/install.ts'

/**
 * The kubelet. What it does not imitate: resource admission, cgroups (but for their names), device and volume plugins, image garbage
 * collection, node shutdown manager.
 */
export const kubelet: Program = async (p) => {
  const klog = new Klog(p)
  klog.info('server.go:467', 'Kubelet version', { kubeletVersion: p.version })
  let config: KubeletConfig
  try {
    config = await readKubeletConfig(p)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    const err = error instanceof DependencyTrouble ? why : `failed to run Kubelet: ${why}`
    klog.error('run.go:74', 'command failed', { err })
    return 1
  }
  const hostIp = p.net.addresses().find(({ scope, link }) => scope === 'global' && link !== 'lo')?.address
  if (hostIp === undefined) {
    klog.error('run.go:74', 'command failed', { err: "failed to run Kubelet: can't get ip address of node" })
    return 1
  }
  const minor = minorOf(p.version)
  let exit: (code: number) => void = () => {}
  let certificate: ClientCertificate | undefined
  try {
    certificate = await loadClientCertificate({ ...config, minor }, { p, klog, exit: (code) => exit(code) })
  } catch (error) {
    klog.error('run.go:74', 'command failed', {
      err: `failed to run Kubelet: ${error instanceof Error ? error.message : error}`,
    })
    return 1
  }
  await run(p, klog, { config, hostIp, certificate })
  return p.task.wait<number>((wake) => {
    exit = wake
  })
}

async function run(
  p: Process,
  klog: Klog,
  {
    config,
    hostIp,
    certificate,
  }: {
    readonly config: KubeletConfig
    readonly hostIp: string
    readonly certificate: ClientCertificate | undefined
  },
): Promise<void> {
  const { kernel, machine, runtime } = runtimeOf(p)
  const kube = clientOf(p, config, certificate)
  const minor = minorOf(p.version)
  const rotation =
    certificate === undefined || !config.rotateCertificates
      ? undefined
      : new CertificateRotation(p, { klog, kube, certificate, minor })
  const kubeFor = (self: Process): KubeClient => kube.by(self)
  const events = new EventRecorder(p, { component: 'kubelet', host: config.nodeName, kubeFor })
  announce(events, config.nodeName)
  const state = new RuntimeState(p, { kernel, runtime, klog })
  const pods = new Pods({ kubelet: () => shared, kube, mailbox: new Mailbox<string>(kernel) })
  const services = informer<Service>(
    p,
    kube,
    { type: resources.services, namespace: 'default', fieldSelector: 'metadata.name=kubernetes' },
    { onError: reflectorLog(klog, minor, { name: sharedInformers(minor), type: '*v1.Service' }) },
  )
  const shared: Kubelet = {
    p,
    kernel,
    machine,
    runtime,
    config,
    minor,
    hostIp,
    startedMs: kernel.nowMs,
    klog,
    events,
    statuses: new StatusManager({ kernel, p, kubeFor, apiUid: (pod) => pods.apiUid(pod) }),
    objects: new ObjectCache(p, { kube, klog, minor }),
    backoff: new Backoff(),
    imageBackoff: new Backoff(),
    networkTrouble: () => state.networkTrouble,
    serviceEnv: () => serviceEnv(services),
    pods: () => pods.list(),
    refuses: (pod) => evictions.refuses(pod),
    kubeFor,
  }
  const evictions = new EvictionManager({
    kubelet: shared,
    machine,
    pods: () => pods.list(),
    fail: (pod, failure) => pods.fail(pod, failure),
  })
  const known = await machineFacts(machine, p)
  const facts = (): NodeFacts => ({
    ...known,
    name: config.nodeName,
    address: hostIp,
    providerId: config.providerId,
    version: p.version,
    bootId: machine.bootId,
    runtime: `${runtime.brand.name}://${runtime.brand.version}`,
    images: runtime.images.list(),
    trouble: state.trouble(p.now()),
    pressures: evictions.pressures,
    diskBytes: machine.disk.limitBytes,
    nowMs: p.now(),
  })
  const loop = new NodeLoop(p, {
    kernel,
    kube,
    klog,
    events,
    facts,
    look: () => {
      evictions.look()
      rotation?.look()
      certificate?.look()
    },
    isSteady: () => state.isSurelyWell && evictions.isCalm,
  })
  state.onChange(() => loop.hurry())
  await listen(p, shared, pods)
  klog.info('kubelet.go:2337', 'Starting kubelet main sync loop')
  pods.start(p)
  keepLogFiles(p, runtime, config.logs)
  if (config.staticPodPath !== undefined) {
    const from = { path: config.staticPodPath, node: config.nodeName, klog, kernel }
    watchStaticPods(p, from, (found) => pods.setStatics(p, found))
  }
}

const clientOf = (
  p: Process,
  { server, token }: KubeletConfig,
  certificate: ClientCertificate | undefined,
): KubeClient =>
  kubeClient(p, {
    server: server.replace(/^https?:\/\//, ''),
    timeoutMs: 60_000,
    ...(token === undefined ? { credential: () => certificate?.credential ?? {} } : { token }),
  })

function announce(events: EventRecorder, node: string): void {
  const about = { kind: 'Node', name: node, uid: node }
  events.record({ about, type: 'Normal', reason: 'Starting', message: 'Starting kubelet.' })
  events.record({
    about,
    type: 'Warning',
    reason: 'InvalidDiskCapacity',
    message: 'invalid capacity 0 on image filesystem',
  })
}

async function listen(p: Process, kubelet: Kubelet, pods: Pods): Promise<void> {
  const { klog, runtime, machine, config, minor, kubeFor } = kubelet
  const { auth, nodeName, readOnlyPort, healthzPort } = config
  const served = {
    runtime,
    find: (namespace: string, name: string) => pods.find(namespace, name),
    list: () => pods.list(),
    machine,
  }
  const listening = async (port: number, serve: () => Promise<unknown>): Promise<void> => {
    try {
      await serve()
    } catch (error) {
      if (!isErrno(error)) throw error
      klog.error('server.go:172', 'Failed to listen and serve', {
        err: `listen tcp 0.0.0.0:${port}: bind: ${error.message.toLowerCase()}`,
      })
    }
  }
  const access = new Access({ auth, nodeName, minor, klog, reviews: new Reviews(kubeFor) })
  await listening(kubeletPort, () => serveKubelet(p, served, access))
  if (readOnlyPort !== 0) await listening(readOnlyPort, () => serveReadOnly(p, served, readOnlyPort))
  if (healthzPort !== 0) await listening(healthzPort, () => serveHealth(p, healthzPort))
}

/** Variables of the `kubernetes` Service, which every pod gets (pkg/kubelet/envvars). */
function serviceEnv(services: Informer<Service>): Readonly<Record<string, string>> | undefined {
  if (!services.synced) return undefined
  const service = services.get('default/kubernetes')
  return service === undefined ? {} : (kubernetesEnvs.get(service) ?? kubernetesEnv(service))
}

/** Every container of a lab has the same. */
const kubernetesEnvs = new WeakMap<Service, Readonly<Record<string, string>>>()

function kubernetesEnv(service: Service): Readonly<Record<string, string>> {
  const { spec } = service
  const port = spec?.ports?.[0]?.port
  if (spec?.clusterIP === undefined || port === undefined) return {}
  const url = `tcp://${spec.clusterIP}:${port}`
  const env = Object.freeze({
    KUBERNETES_PORT: url,
    [`KUBERNETES_PORT_${port}_TCP`]: url,
    [`KUBERNETES_PORT_${port}_TCP_ADDR`]: spec.clusterIP,
    [`KUBERNETES_PORT_${port}_TCP_PORT`]: String(port),
    [`KUBERNETES_PORT_${port}_TCP_PROTO`]: 'tcp',
    KUBERNETES_SERVICE_HOST: spec.clusterIP,
    KUBERNETES_SERVICE_PORT: String(port),
    KUBERNETES_SERVICE_PORT_HTTPS: String(port),
  })
  kubernetesEnvs.set(service, env)
  return env
}

async function machineFacts(
  machine: Machine,
  p: Process,
): Promise<Pick<NodeFacts, 'machineId' | 'kernelVersion' | 'osImage'>> {
  const text = async (path: string): Promise<string> =>
    (await machine.files.exists(path)) ? p.files.read(path) : ''
  const release = await text('/etc/os-release')
  return {
    machineId: (await text('/etc/machine-id')).trim(),
    kernelVersion: machineOf(p).kernelRelease,
    osImage: /^PRETTY_NAME="?([^"\n]+)"?/m.exec(release)?.[1] ?? 'linux',
  }
}

/** What runs on a node beside its pods. */
export const kubeletPrograms: Readonly<Record<string, Program>> = { kubelet, containerd, crictl, etcd }
