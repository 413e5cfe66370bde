import { parse } from 'yaml'
import { remembering } from '#base/remember.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'

export interface KubeProxyConfig {
  readonly nodeName: string
  readonly server: string // 10.0.0.11:6443
  readonly tokenFile: string | undefined
  readonly clusterCidr: string | undefined
  readonly syncMs: number
  readonly minSyncMs: number
}

/** Why it cannot start, in its own words. */
export class ConfigError extends Error {}

/**
 * Reads `--config` (KubeProxyConfiguration) and the kubeconfig that it names. Not imitated: flags other than --config and
 * --hostname-override, reloading.
 */
export async function readConfig(p: Process): Promise<KubeProxyConfig> {
  const flag = (name: string): string | undefined =>
    p.argv.find((word) => word.startsWith(`--${name}=`))?.slice(name.length + 3)
  const config = await yamlOf(p, flag('config') ?? '')
  const kubeconfig = await yamlOf(p, text(at(config, 'clientConnection', 'kubeconfig')) ?? '')
  const server = text(at(kubeconfig, 'clusters', 0, 'cluster', 'server'))
  if (server === undefined) throw new ConfigError('invalid configuration: no server has been provided')
  return {
    nodeName: (flag('hostname-override') ?? text(at(config, 'hostnameOverride'))) || p.hostname,
    server: server.replace(/^https?:\/\//, '').replace(/\/$/, ''),
    tokenFile: text(at(kubeconfig, 'users', 0, 'user', 'tokenFile')),
    clusterCidr: text(at(config, 'clusterCIDR')) || undefined,
    syncMs: seconds(text(at(config, 'iptables', 'syncPeriod'))) ?? 30_000,
    minSyncMs: seconds(text(at(config, 'iptables', 'minSyncPeriod'))) ?? 1000,
  }
}

async function yamlOf(p: Process, path: string): Promise<unknown> {
  try {
    return readYaml(await p.files.read(path))
  } catch (error) {
    if (isErrno(error)) throw new ConfigError(`open ${path}: ${error.message.toLowerCase()}`)
    throw error instanceof Error ? new ConfigError(error.message) : error
  }
}

function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null
        ? (inner as Record<string | number, unknown>)[key]
        : undefined,
    value,
  )
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** `30s`, `1m0s`; zero means the default. */
function seconds(duration: string | undefined): number | undefined {
  const match = /^(?:(\d+)m)?(?:(\d+)s)?$/.exec(duration ?? '')
  const ms = (Number(match?.[1] ?? 0) * 60 + Number(match?.[2] ?? 0)) * 1000
  return ms > 0 ? ms : undefined
}

/** Most nodes' files say the same. */
const readYaml = remembering((text): unknown => parse(text))
