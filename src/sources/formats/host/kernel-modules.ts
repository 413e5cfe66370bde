import type { KernelModuleRow } from '#cluster/relations.ts'

export type KernelModule = Omit<KernelModuleRow, 'node'>

export const isLsmodHeader = (line: string): boolean => /^\s*Module\s+Size\s+Used by(?:\s.*)?$/.test(line)

/**
 * A line of `lsmod` or /proc/modules. `sure`: the table is known to be one; else only names of network modules count.
 *
 * @see kmod-project/kmod:tools/lsmod.c
 */
export function parseLsmod(line: string, { sure }: { readonly sure: boolean }): KernelModule | undefined {
  const m =
    /^\s{0,4}(?<name>[a-z]\w{1,55})\s+\d{3,9}\s+-?\d{1,6}(?:\s+(?:-|[\w,-]{2,900}))?(?:\s+(?:\[permanent\]|Live.{0,40}))?$/.exec(
      line,
    )?.groups
  if (m?.name === undefined || !(sure || networkModule.test(m.name))) return undefined
  return { name: m.name, loaded: true }
}

const networkModule =
  /^(?:ip_|ip6_|ipt_|ip6t|ip6?table|ipip$|x_tables|xt_|nf_|nft_|nfnetlink|vxlan$|wireguard$|br_netfilter|bridge$|tunnel[46]$|ip_?tunnel|udp_tunnel|ip6_udp|veth$|dummy$|overlay$|ebt|sit$|gre$|geneve$)/

/**
 * What modprobe, modinfo, insmod and busybox say about a module that cannot be had; `from`: the module of the command, for
 * messages that name none.
 *
 * @see kmod-project/kmod:tools/modprobe.c, mirror/busybox:modutils/modprobe.c
 */
export function parseModuleError(line: string, from: string | undefined): KernelModule | undefined {
  const m = moduleError.exec(line)?.groups
  const name = m?.missing ?? m?.refused ?? m?.other ?? from
  if (m === undefined || name === undefined) return undefined
  const error = (m.error ?? m.why ?? 'not found').trim().replace(/\.$/, '')
  return { name: moduleName(name), loaded: false, error }
}

const moduleError =
  /^\s*(?:modprobe|modinfo|insmod|rmmod|depmod):? (?:(?:FATAL|ERROR|WARNING): ?)?(?:[Mm]odule '?(?<missing>[\w./-]{1,80}?)'? (?<error>not found.{0,160})|(?:could not|can't) (?:insert|load)(?: module)? '?(?<refused>[\w./-]{1,80}?)'?(?: \([^)]{0,160}\))?: (?<why>.{3,120})|can't change directory to '(?<folder>[^']{1,160})': .{3,80}|(?<other>[\w-]{1,60}): (?:no such file|not found).{0,80})$/

/** Loaded modules have underscores, whatever was typed; a file's path and ending come off. */
export const moduleName = (typed: string): string =>
  typed
    .replace(/^.*\//, '')
    .replace(/\.ko(?:\.\w+)?$/, '')
    .replaceAll('-', '_')

/**
 * A result of `calicoctl node checksystem`: a module, or the kernel's version.
 *
 * @see projectcalico/calico:calicoctl/calicoctl/commands/node/checksystem.go
 */
export function parseChecksystem(
  line: string,
): { readonly module?: KernelModule; readonly kernel?: string } | undefined {
  if (/^\s*Checking kernel (?:version|modules)\.{0,3}\s*$/.test(line)) return {}
  const undetected =
    /^(?:WARNING: )?Unable to detect the (?<name>[\w-]{2,60}) module as Loaded\/Builtin module/.exec(line)
      ?.groups?.name
  if (undetected !== undefined)
    return { module: { name: moduleName(undetected), loaded: false, error: 'not detected' } }
  const m = /^\s*(?<name>[\w.+-]{2,80})\s+(?<result>OK|FAIL)$/.exec(line)?.groups
  if (m?.name === undefined) return undefined
  if (/^\d/.test(m.name)) return { kernel: m.name }
  if (!networkModule.test(m.name) && !/^\s{4}/.test(line)) return undefined
  const loaded = m.result === 'OK'
  return { module: { name: moduleName(m.name), loaded, ...(!loaded && { error: 'FAIL' }) } }
}

/**
 * A line of a kernel's configuration; `{}` for an option that is a module: on disk, nobody knows whether loaded.
 *
 * @see torvalds/linux:scripts/kconfig/confdata.c
 */
export function parseKernelOption(line: string): { readonly module?: KernelModule } | undefined {
  const m =
    /^(?:[\w./-]{1,120}:)?(?:(?:# ?)?CONFIG_(?<off>[A-Z0-9_]{2,60}) is not set|CONFIG_(?<set>[A-Z0-9_]{2,60})=(?<value>[ymn]))\s*$/.exec(
      line,
    )?.groups
  if (m === undefined) return undefined
  const name = optionsModule(m.off ?? m.set ?? '')
  if (m.value === 'm') return {}
  if (m.value === 'y') return { module: { name, loaded: true } }
  return { module: { name, loaded: false, error: 'not in the kernel’s configuration' } }
}

const optionsModule = (option: string): string =>
  ownNames.get(option) ??
  option
    .toLowerCase()
    .replace(/^netfilter_xt_(?:match_|target_)?/, 'xt_')
    .replace(/^ip_nf_(?:match|target)_/, 'ipt_')
    .replace(/^ip6_nf_(?:match|target)_/, 'ip6t_')

/** Modules that are not called after their option. */
const ownNames: ReadonlyMap<string, string> = new Map([
  ['NET_IPIP', 'ipip'],
  ['IP_NF_IPTABLES', 'ip_tables'],
  ['IP6_NF_IPTABLES', 'ip6_tables'],
  ['IP_NF_FILTER', 'iptable_filter'],
  ['IP_NF_NAT', 'iptable_nat'],
  ['IP_NF_RAW', 'iptable_raw'],
  ['IP_NF_MANGLE', 'iptable_mangle'],
  ['NETFILTER_XTABLES', 'x_tables'],
  ['BRIDGE_NETFILTER', 'br_netfilter'],
  ['OVERLAY_FS', 'overlay'],
])

/** What `ip link add … type KIND` lacked when the kernel did not know the kind. */
export const parseLinkKindError = (
  line: string,
  command: readonly string[] | undefined,
): KernelModule | undefined => {
  const error =
    /^(?:RTNETLINK answers: (?<answer>Operation not supported|Unknown device type)|Error: (?<unknown>Unknown device type)\.)$/.exec(
      line.trim(),
    )?.groups
  const at = command?.findIndex((word) => word === 'type' || word === 'mode') ?? -1
  const kind = at < 0 ? undefined : command?.[at + 1]
  return error === undefined ||
    kind === undefined ||
    !/^(?:vxlan|ipip|wireguard|dummy|veth|bridge)$/.test(kind)
    ? undefined
    : { name: kind, loaded: false, error: error.answer ?? error.unknown ?? '' }
}
