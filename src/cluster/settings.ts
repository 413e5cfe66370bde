/** What somebody configured, asked for by meaning: the same setting has several spellings and several places. */
import type { Fact, Reads } from '#cluster/facts.ts'
import type { SettingRow, SettingSource } from '#cluster/relations.ts'

type Settings = Reads<'settings'>

/** Settings of one kind with this name, letter case ignored; `name` may be the end of a dotted path: `encapsulation`. */
export const settingsNamed = (
  facts: Settings,
  of: SettingSource | readonly SettingSource[],
  name: string,
): readonly Fact<SettingRow>[] => {
  const sources = typeof of === 'string' ? [of] : of
  const wanted = name.toLowerCase()
  return facts.rows('settings').filter((row) => {
    const own = row.name.toLowerCase()
    return sources.includes(row.of) && (own === wanted || own.endsWith(`.${wanted}`))
  })
}

/** The environment variable of Calico's containers, wherever it was shown. */
export const envNamed = (facts: Settings, name: string): readonly Fact<SettingRow>[] =>
  settingsNamed(facts, 'env', name)

/**
 * A parameter of Felix in all its places, the one that wins first: FELIX_… on the DaemonSet, then what Felix's own log says
 * that it took, then FelixConfiguration.
 *
 * @param name as Felix spells it: `IptablesBackend`, `VXLANPort`; letter case does not matter
 * @see projectcalico/calico:felix/config/config_params.go (sources of parameters and their order)
 */
export function felixSettings(facts: Settings, name: string): readonly Fact<SettingRow>[] {
  const wanted = plain(name)
  const rank = (row: SettingRow): number => {
    if (row.of === 'env') return plain(row.name) === `felix${wanted}` ? 0 : -1
    if (plain(row.name) !== wanted) return -1
    return row.of === 'felix' ? 1 : row.of === 'FelixConfiguration' ? 2 : -1
  }
  return facts
    .rows('settings')
    .filter((row) => rank(row) >= 0)
    .toSorted((a, b) => rank(a) - rank(b))
}

const plain = (name: string): string => name.toLowerCase().replaceAll('_', '')

/** `true`, `yes`, `1`, `on`, `Enabled`: what programs take for yes. */
export const isOn = ({ value }: SettingRow): boolean => /^(?:true|yes|y|t|1|on|enabled?)$/i.test(value.trim())

export const isOff = ({ value }: SettingRow): boolean =>
  /^(?:false|no|n|f|0|off|disabled?)$/i.test(value.trim())

export const numberOf = ({ value }: SettingRow): number | undefined =>
  /^\d+$/.test(value.trim()) ? Number(value) : undefined

/** Bytes of a Kubernetes quantity: `150Mi`, `1Gi`, `500M`; undefined for anything else. */
export function bytesOf({ value }: SettingRow): number | undefined {
  const m = /^(?<count>\d+(?:\.\d+)?)(?<unit>[KMGT]i?|k)?$/.exec(value.trim())?.groups
  if (m?.count === undefined) return undefined
  return Number(m.count) * (units[m.unit ?? ''] ?? 1)
}

const units: Readonly<Record<string, number>> = {
  k: 1e3,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
}
