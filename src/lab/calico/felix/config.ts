/**
 * Felix's configuration: environment over `/etc/calico/felix.cfg` over FelixConfiguration `node.<name>` over
 * FelixConfiguration `default` over what is built in (projectcalico/calico:felix/config/config_params.go).
 *
 * Not imitated: parameters that change nothing in the lab; die-on-fail ones (a bad value gives the default).
 */
import type { FelixConfiguration } from '#lab/api/objects.ts'
import {
  address,
  boolean,
  integer,
  list,
  oneOf,
  type ProtoPort,
  pattern,
  ports,
  routeProtocol,
  routeSource,
  seconds,
  severity,
} from '#lab/calico/felix/parameter-values.ts'
import { releaseOf } from '#lab/calico/release.ts'

export interface FelixConfig {
  readonly healthEnabled: boolean
  readonly healthPort: number
  readonly metricsEnabled: boolean
  readonly metricsPort: number
  readonly logSeverity: string
  /** Undefined: as the pools say. */
  readonly ipipEnabled: boolean | undefined
  readonly vxlanEnabled: boolean | undefined
  /** 0: worked out from the host's interfaces. */
  readonly ipipMtu: number
  readonly vxlanMtu: number
  readonly vxlanPort: number
  readonly vxlanVni: number
  readonly mtuInterfaces: RegExp
  readonly interfacePrefixes: readonly string[]
  readonly chainInsertMode: 'insert' | 'append'
  readonly endpointToHostAction: 'drop' | 'accept' | 'return'
  /** What becomes of a packet that policy has allowed: `return` leaves the rest of the host's rules to decide. */
  readonly filterAllowAction: 'accept' | 'return'
  readonly iptablesBackend: 'auto' | 'legacy' | 'nft'
  readonly removeExternalRoutes: boolean
  readonly routeProtocol: 'boot' | 'static' | 'bird' | '80'
  readonly routeSourceAddress: string | undefined
  readonly routeSource: 'CalicoIPAM' | 'WorkloadIPs'
  readonly routeRefreshMs: number
  readonly iptablesRefreshMs: number
  readonly failsafeInbound: readonly ProtoPort[]
  readonly failsafeOutbound: readonly ProtoPort[]
}

/** A value that could not be read, in place of which the default counts. */
export interface BadValue {
  readonly name: string
  readonly value: string
  readonly source: string
}

type Raw = Readonly<Record<string, string>>

/** `sources` from the weakest to the strongest, as parameter names in small letters with their texts. */
export function felixConfig(
  sources: readonly (readonly [name: string, raw: Raw])[],
  release = releaseOf(''),
): {
  readonly config: FelixConfig
  readonly bad: readonly BadValue[]
  readonly raw: Raw
} {
  const raw = Object.assign({}, ...sources.map(([, each]) => each)) as Raw
  const bad: BadValue[] = []
  const sourceOf = (name: string): string =>
    sources.findLast(([, each]) => each[name] !== undefined)?.[0] ?? ''
  const read = <T>(name: string, parse: (text: string) => T | undefined, fallback: T): T => {
    const key = name.toLowerCase()
    const value = raw[key]
    if (value === undefined || value === '') return fallback
    const parsed = parse(value)
    if (parsed !== undefined) return parsed
    bad.push({ name, value, source: sourceOf(key) })
    return fallback
  }
  const flag = (name: string, fallback: boolean): boolean => read(name, boolean, fallback)
  const config: FelixConfig = {
    healthEnabled: flag('HealthEnabled', false),
    healthPort: read('HealthPort', integer, 9099),
    metricsEnabled: flag('PrometheusMetricsEnabled', false),
    metricsPort: read('PrometheusMetricsPort', integer, 9091),
    logSeverity: read('LogSeverityScreen', severity, 'INFO'),
    ipipEnabled: read<boolean | undefined>('IpInIpEnabled', boolean, undefined),
    vxlanEnabled: read<boolean | undefined>('VXLANEnabled', boolean, undefined),
    ipipMtu: read('IpInIpMtu', integer, 0),
    vxlanMtu: read('VXLANMTU', integer, 0),
    vxlanPort: read('VXLANPort', integer, 4789),
    vxlanVni: read('VXLANVNI', integer, 4096),
    mtuInterfaces: read('MTUIfacePattern', pattern, defaultMtuPattern),
    interfacePrefixes: read('InterfacePrefix', list, ['cali']),
    chainInsertMode: read('ChainInsertMode', oneOf('insert', 'append'), 'insert'),
    endpointToHostAction: read('DefaultEndpointToHostAction', oneOf('drop', 'accept', 'return'), 'drop'),
    filterAllowAction: read('IptablesFilterAllowAction', oneOf('accept', 'return'), 'accept'),
    iptablesBackend: read('IptablesBackend', oneOf('auto', 'legacy', 'nft'), 'auto'),
    removeExternalRoutes: flag('RemoveExternalRoutes', true),
    routeProtocol: read('DeviceRouteProtocol', routeProtocol, 'boot'),
    routeSourceAddress: read<string | undefined>('DeviceRouteSourceAddress', address, undefined),
    routeSource: read('RouteSource', routeSource, 'CalicoIPAM'),
    routeRefreshMs: read('RouteRefreshInterval', seconds, 90_000),
    iptablesRefreshMs: read('IptablesRefreshInterval', seconds, release.iptablesRefreshMs),
    failsafeInbound: read('FailsafeInboundHostPorts', ports, inboundFailsafes),
    failsafeOutbound: read('FailsafeOutboundHostPorts', ports, outboundFailsafes),
  }
  return { config, bad, raw }
}

const defaultMtuPattern = /^((en|wl|ww|sl|ib)[Pcopsvx].*|(eth|wlan|wwan).*)/

const tcp = (...numbers: readonly number[]): readonly ProtoPort[] =>
  numbers.map((port) => ({ protocol: 'tcp', port }))

const udp = (...numbers: readonly number[]): readonly ProtoPort[] =>
  numbers.map((port) => ({ protocol: 'udp', port }))

const inboundFailsafes = [...tcp(22), ...udp(68), ...tcp(179, 2379, 2380, 5473, 6443, 6666, 6667)]
const outboundFailsafes = [...udp(53, 67), ...tcp(179, 2379, 2380, 5473, 6443, 6666, 6667)]

/** `FELIX_HEALTHENABLED=true` */
export const environmentConfig = (env: Readonly<Record<string, string>>): Raw =>
  Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      name.startsWith('FELIX_') ? [[name.slice('FELIX_'.length).toLowerCase(), value]] : [],
    ),
  )

/** `Name = value` and `name=value` lines; sections and comments are passed over. */
export const fileConfig = (text: string): Raw =>
  Object.fromEntries(
    text.split('\n').flatMap((line) => {
      const match = /^\s*([A-Za-z0-9]+)\s*=\s*(.*?)\s*$/.exec(line)
      return match ? [[(match[1] ?? '').toLowerCase(), match[2] ?? '']] : []
    }),
  )

const fieldNames: Readonly<Record<string, string>> = {
  ipipenabled: 'ipinipenabled',
  ipipmtu: 'ipinipmtu',
}

/** A FelixConfiguration's fields as parameters. */
export const resourceConfig = (resource: FelixConfiguration | undefined): Raw =>
  Object.fromEntries(
    Object.entries(resource?.spec ?? {}).flatMap(([field, value]) => {
      const name = field.toLowerCase()
      const text = textOf(value)
      return text === undefined ? [] : [[fieldNames[name] ?? name, text]]
    }),
  )

function textOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined
  // A list of ports that is there and empty is the parameter's "none": libcalico-go/lib/backend/syncersv1/updateprocessors.
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(protoPortText).join()
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function protoPortText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  const { protocol, port, net } = value as Readonly<Record<string, unknown>> // its fields are looked at one by one
  return [protocol, net, port]
    .filter((part) => part !== undefined)
    .map(String)
    .join(':')
    .toLowerCase()
}
