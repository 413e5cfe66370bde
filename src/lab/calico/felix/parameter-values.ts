/** The values of Felix's parameters as it reads them; `undefined` for a text that is none (projectcalico/calico:felix/config/param_types.go). */
import type { PortRange, RuleProtocol } from '#lab/network/rule.ts'

export interface ProtoPort {
  readonly protocol: RuleProtocol
  readonly port: PortRange
  readonly net?: string
}

export const boolean = (text: string): boolean | undefined => {
  if (/^(true|t|yes|y|1|enabled)$/i.test(text)) return true
  return /^(false|f|no|n|0|disabled|none)$/i.test(text) ? false : undefined
}

export const integer = (text: string): number | undefined => (/^-?\d+$/.test(text) ? Number(text) : undefined)

export const oneOf =
  <T extends string>(...words: readonly T[]) =>
  (text: string): T | undefined =>
    words.find((word) => word === text.toLowerCase())

export const list = (text: string): readonly string[] | undefined =>
  text.split(',').map((word) => word.trim())

export const severity = (text: string): string | undefined =>
  /^(debug|info|warning|error|fatal|trace|none)$/i.test(text) ? text.toUpperCase() : undefined

export const pattern = (text: string): RegExp | undefined => {
  try {
    return new RegExp(text)
  } catch {
    return undefined
  }
}

export const address = (text: string): string | undefined => (/^\d+(\.\d+){3}$/.test(text) ? text : undefined)

export const routeSource = (text: string): 'CalicoIPAM' | 'WorkloadIPs' | undefined => {
  const known = { calicoipam: 'CalicoIPAM', workloadips: 'WorkloadIPs' } as const
  return known[text.toLowerCase() as keyof typeof known] // undefined for other texts
}

/** By number in /etc/iproute2/rt_protos. */
export const routeProtocol = (text: string): 'boot' | 'static' | 'bird' | '80' | undefined => {
  const known = { 3: 'boot', 4: 'static', 12: 'bird', 80: '80' } as const
  return known[text as unknown as keyof typeof known] // undefined for other texts
}

/** `90`, `90s`, `1m30s`. */
export function seconds(text: string): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000
  const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?$/.exec(text)
  if (!match || text === '') return undefined
  const [, hours = 0, minutes = 0, rest = 0] = match
  return ((Number(hours) * 60 + Number(minutes)) * 60 + Number(rest)) * 1000
}

/** `tcp:22,udp:68`, `tcp:10.0.0.0/8:22`; a bare number is TCP; `none` is no port. */
export function ports(text: string): readonly ProtoPort[] | undefined {
  if (text.toLowerCase() === 'none') return []
  const found = text.split(',').map((word): ProtoPort | undefined => {
    const match = /^(?:(tcp|udp|sctp):)?(?:([\d./]+):)?(\d+)$/.exec(word.trim().toLowerCase())
    if (!match) return undefined
    const [, protocol = 'tcp', net, port] = match
    return {
      protocol: protocol as RuleProtocol, // one of three
      port: Number(port),
      ...(net === undefined || net === '0.0.0.0/0' ? {} : { net }),
    }
  })
  return found.every((each) => each !== undefined) ? found : undefined
}
