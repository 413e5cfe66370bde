/**
 * CNI configurations: the list of plug-ins in /etc/cni/net.d, a single plug-in's, or a part of one.
 *
 * @see containernetworking/cni:SPEC.md, projectcalico/calico:cni-plugin/pkg/types/types.go
 */
import { settingsIn } from '#sources/formats/objects/flatten.ts'
import type { Told } from '#sources/formats/objects/told.ts'

/**
 * Settings of `cni`. Of a list, `name`, `cniVersion` and `plugins.type` for each plug-in, and the fields of the plug-in that makes
 * the interface (`mtu`, `ipam.type`) under their own names.
 *
 * @param file that holds it, or the ConfigMap
 */
export function cniSettings(value: unknown, file: string | undefined): readonly Told[] {
  if (typeof value !== 'object' || value === null) return []
  const whose = { of: 'cni', ...(file !== undefined && { in: file }) } as const
  const plugins =
    'plugins' in value && Array.isArray(value.plugins) ? (value.plugins as readonly unknown[]) : undefined
  if (plugins === undefined) return settingsIn(value, whose)
  const { plugins: _, ...around } = value as Readonly<Record<string, unknown>>
  const main = plugins.find((plugin) => !isHelper(typeOf(plugin))) ?? plugins[0]
  return [
    ...settingsIn(around, whose),
    ...settingsIn({ plugins: plugins.map((plugin) => ({ type: typeOf(plugin) })) }, whose),
    ...settingsIn(main, whose),
  ]
}

const typeOf = (plugin: unknown): string =>
  typeof plugin === 'object' && plugin !== null && 'type' in plugin ? String(plugin.type) : ''

/** Plug-ins that only add to an interface that another one made. */
const isHelper = (type: string): boolean =>
  /^(?:portmap|bandwidth|tuning|firewall|sbr|vrf|loopback)?$/.test(type)

/** The template that Calico's ConfigMap holds: words in double underscores stand where numbers belong. */
export function parseCniTemplate(template: string): unknown {
  try {
    return JSON.parse(template.replace(/(?<=[:[,]\s{0,20})__[A-Z0-9_]{1,60}?__(?=\s{0,20}[,}\]])/g, '"$&"'))
  } catch {
    return undefined
  }
}
