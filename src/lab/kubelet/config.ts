import { parse } from 'yaml'
import { remembering } from '#base/remember.ts'
import { quantity } from '#lab/api/quantity.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import { type AuthConfig, readAuthConfig } from '#lab/kubelet/auth-config.ts'
import type { CgroupDriver } from '#lab/runtime/cgroup-driver.ts'

/** What the kubelet reads at its start. */
export interface KubeletConfig {
  /** `--hostname-override`, else the machine's name. */
  readonly nodeName: string
  /** `--provider-id` */
  readonly providerId: string | undefined
  readonly server: string // https://10.0.0.11:6443
  readonly token: string | undefined
  /** The file of the kubeconfig's client certificate. */
  readonly clientCertificate: string | undefined
  /** As the kubeconfig calls who asks. */
  readonly user: string
  readonly rotateCertificates: boolean
  readonly clusterDns: readonly string[]
  readonly clusterDomain: string
  readonly staticPodPath: string | undefined
  readonly cgroupDriver: CgroupDriver
  readonly logs: LogRotation
  readonly auth: AuthConfig
  /** Where whoever asks is answered what changes nothing; 0: nowhere. */
  readonly readOnlyPort: number
  /** Where it tells its own machine that it is well; 0: nowhere. */
  readonly healthzPort: number
}

/** How large a container's log becomes before it gets another name, and how many files there are of it (kubernetes/kubernetes:pkg/kubelet/logs/container_log_manager.go). */
export interface LogRotation {
  /** Infinity: it may grow for ever. */
  readonly maxBytes: number
  readonly filesMax: number
}

export const kubeconfigPath = '/etc/kubernetes/kubelet.conf'
export const kubeletConfigPath = '/var/lib/kubelet/config.yaml'

/** Rejects with an Error whose text is what the kubelet prints before it exits; it says `failed to run Kubelet: ` before all but a DependencyTrouble. */
export async function readKubeletConfig(p: Process): Promise<KubeletConfig> {
  const kubeconfig = record(await yaml(p, kubeconfigPath))
  const config = record(await yaml(p, kubeletConfigPath))
  const cluster = record(first(kubeconfig.clusters).cluster)
  const user = record(first(kubeconfig.users).user)
  if (typeof cluster.server !== 'string') {
    throw new Error(`invalid kubeconfig: no server found in ${kubeconfigPath}`)
  }
  return {
    nodeName: flag(p, 'hostname-override') ?? p.hostname.toLowerCase(),
    providerId: flag(p, 'provider-id'),
    server: cluster.server,
    clientCertificate:
      typeof user['client-certificate'] === 'string' ? user['client-certificate'] : undefined,
    user: String(first(kubeconfig.users).name ?? ''),
    rotateCertificates: config.rotateCertificates === true,
    token: typeof user.token === 'string' ? user.token : undefined,
    clusterDns: Array.isArray(config.clusterDNS) ? config.clusterDNS.map(String) : [],
    clusterDomain: typeof config.clusterDomain === 'string' ? config.clusterDomain : 'cluster.local',
    staticPodPath: typeof config.staticPodPath === 'string' ? config.staticPodPath : undefined,
    cgroupDriver: driverOf(config.cgroupDriver),
    logs: rotationOf(config),
    auth: await readAuthConfig(p, config),
    readOnlyPort: typeof config.readOnlyPort === 'number' ? config.readOnlyPort : 0,
    healthzPort: typeof config.healthzPort === 'number' ? config.healthzPort : 10248,
  }
}

/** @see kubernetes/kubernetes:pkg/kubelet/apis/config/v1beta1/defaults.go, pkg/kubelet/cm/cgroup_manager_linux.go (NewCgroupManager) */
function driverOf(value: unknown): CgroupDriver {
  return value === 'systemd' ? 'systemd' : 'cgroupfs'
}

/**
 * Throws as the kubelet's log manager does (NewContainerLogManager).
 *
 * @see kubernetes/kubernetes:pkg/kubelet/apis/config/v1beta1/defaults.go (ContainerLogMaxSize, ContainerLogMaxFiles)
 */
function rotationOf({
  containerLogMaxSize: size,
  containerLogMaxFiles: files,
}: Readonly<Record<string, unknown>>): LogRotation {
  const filesMax = typeof files === 'number' ? files : 5
  const maxBytes = quantity(typeof size === 'string' || typeof size === 'number' ? size : '10Mi')
  const why = 'failed to create kubelet: failed to initialize container log manager:'
  if (filesMax <= 1) throw new Error(`${why} invalid MaxFiles ${filesMax}, must be > 1`)
  if (Number.isNaN(maxBytes))
    throw new Error(`${why} failed to parse container log max size ${JSON.stringify(size)}: ${badQuantity}`)
  return { maxBytes: maxBytes < 0 ? Number.POSITIVE_INFINITY : maxBytes, filesMax }
}

/** kubernetes/apimachinery:pkg/api/resource/quantity.go (ErrFormatWrong) */
const badQuantity =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

const flag = (p: Process, name: string): string | undefined =>
  p.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3)

async function yaml(p: Process, path: string): Promise<unknown> {
  try {
    return readYamlOf(p.hostname, await p.files.read(path))
  } catch (error) {
    if (isErrno(error)) throw new Error(`open ${path}: ${error.message.toLowerCase()}`)
    throw new Error(`failed to load ${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const first = (value: unknown): Readonly<Record<string, unknown>> =>
  record(Array.isArray(value) ? value[0] : undefined)

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>) // checked on the line above
    : {}

/** Most nodes' files say the same, but for the name of their machine: what differs only in that is parsed once. */
function readYamlOf(hostname: string, text: string): unknown {
  // A word that could not be a number or a truth value, and so stands for another such word.
  if (!(/[-.]/.test(hostname) && text.includes(hostname))) return readYaml(text)
  try {
    return renamed(readYaml(text.replaceAll(hostname, anyHost)), hostname)
  } catch {
    return parse(text) // complains of the text as it is
  }
}

const readYaml = remembering((text): unknown => parse(text))
const anyHost = 'any-host.any-domain'

function renamed(value: unknown, hostname: string): unknown {
  if (typeof value === 'string') return value.replaceAll(anyHost, hostname)
  if (Array.isArray(value)) return value.map((each) => renamed(each, hostname))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, renamed(each, hostname)]))
}
