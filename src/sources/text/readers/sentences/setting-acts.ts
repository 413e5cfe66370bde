/** Which act the change of a setting is, by its name or by the kind of its values. */
import type { AttemptRow } from '#cluster/relations/attempts.ts'

export type Act = Pick<AttemptRow, 'act' | 'before' | 'after'>

interface Change {
  /** `limits.memory`, `FELIX_IPTABLESBACKEND`, `ipipMode`; undefined where only the values were told. */
  readonly name?: string | undefined
  readonly before?: string | undefined
  readonly after: string
}

/** Undefined where neither the name nor the values tell what was changed. */
export function actOfSetting({ name, before, after }: Change): Act | undefined {
  const values = { ...(before !== undefined && { before }), after }
  const plainName = (name ?? '').toLowerCase().replace(/[^a-z0-9]/g, '')
  const told = [before, after].filter((value) => value !== undefined)
  const ofName = names.find(
    ([pattern, , values]) => pattern.test(plainName) && told.every((one) => values?.test(one) ?? true),
  )
  const act = ofName?.[1] ?? actOfValues(told)
  if (act === 'disable-wireguard') return isOff(after) ? { act, ...values } : named(name, values)
  if (act === 'raise-memory-limit' || act === 'raise-cpu')
    return isLess(after, before) ? named(name, values) : { act, ...values }
  return act === undefined ? named(name, values) : { act, ...values }
}

/** Parts of names, the act, and the form of its values where the name alone could be something else's. */
const names: readonly (readonly [RegExp, AttemptRow['act'], RegExp?])[] = [
  [/autodetection/, 'change-autodetection'],
  [
    /encapsulation|ipipmode|vxlanmode|pool(?:ipip|vxlan)$|ipipenabled|vxlanenabled|^ipip$|^vxlan$/,
    'change-encapsulation',
    /^(?:none|never|always|off|on|true|false|enabled|disabled|ipip|vxlan|(?:ipip|vxlan)?-?crosssubnet)$/i,
  ],
  [/mtu/, 'change-mtu', /^\d{3,5}$/],
  [/iptablesbackend|iptablesmode|^backend$/, 'change-backend'],
  [/wireguardenabled|^wireguard$/, 'disable-wireguard'],
  [/ignoreloose/, 'allow-loose-rpf'],
  [
    /ipv4ipforward$|ipv6confallforwarding$|allowipforwarding|containeripforwarding/,
    'enable-forwarding',
    /^(?:1|true|on|enabled)$/i,
  ],
  [/conntrackmax|inotify|filemax|limitnofile|nofile|gcthresh|pidsmax/, 'raise-limit', /^\d+[kKMG]?$/],
  [/memory|^mem(?:limit)?$/, 'raise-memory-limit', /^\d/],
  [/cpu/, 'raise-cpu', /^\d/],
  [/^(?:calico|caliconode|calicoversion|tigeraoperator)$/, 'upgrade'],
]

/** Values that only one setting of Calico takes. With a value before it, that must be of the same kind. */
function actOfValues(told: readonly string[]): AttemptRow['act'] | undefined {
  return kinds.find(([pattern]) => told.every((value) => pattern.test(value)))?.[1]
}

const kinds: readonly (readonly [RegExp, AttemptRow['act']])[] = [
  [/^(?:none|ipip|vxlan|ipip-?crosssubnet|vxlan-?crosssubnet|ip-in-ip|ip-ip)$/i, 'change-encapsulation'],
  [
    /^(?:first-?found|kubernetes-?internal-?ip|node-?internal-?ip|(?:skip-)?interface=\S+|can-reach=\S+|cidrs?=\S+)$/i,
    'change-autodetection',
  ],
  [/^\d+(?:\.\d+)? ?(?:[MG]i?B?)$/, 'raise-memory-limit'],
  [/^\d+m$/, 'raise-cpu'],
  [/^(?:(?:ip6?tables-)?(?:legacy|nft|nftables))$/i, 'change-backend'],
  [/^v?3\.\d{1,2}(?:\.\d{1,3})?$/, 'upgrade'],
]

function named(
  name: string | undefined,
  { before, after }: { before?: string; after: string },
): Act | undefined {
  if (name === undefined || !isSettingName.test(name)) return undefined
  return {
    act: 'set-setting',
    ...(before !== undefined && { before: `${name}=${before}` }),
    after: `${name}=${after}`,
  }
}

/** `iptablesBackend`, `limits.memory`, `net.ipv4.ip_forward`, `FELIX_X`: no word of a sentence. */
const isSettingName = /[._]|[a-z][A-Z]|^[A-Z][A-Z0-9_]{2,}$|^unmanaged-devices$/

const isOff = (value: string): boolean => /^(?:false|no|off|0|disabled?)$/i.test(value)

function isLess(after: string, before: string | undefined): boolean {
  const [a, b] = [amount(after), amount(before ?? '')]
  return a !== undefined && b !== undefined && a < b
}

function amount(text: string): number | undefined {
  const m = /^(?<count>\d+(?:\.\d+)?) ?(?<unit>[kKMGTm]?)(?:i?B?)$/.exec(text)?.groups
  return m?.count === undefined ? undefined : Number(m.count) * (units[m.unit ?? ''] ?? 1)
}

const units: Readonly<Record<string, number>> = { m: 1e-3, k: 1e3, K: 1e3, M: 1e6, G: 1e9, T: 1e12 }
