/** What an attempt changed, out of the words in which it is kept. */
import type { AttemptRow } from '#cluster/relations.ts'

/** The setting that an attempt set, by its plain name (`FELIX_VXLANPORT`, `vxlanPort` → `vxlanport`), and its value. */
export function settingChanged({
  act,
  after,
}: AttemptRow): { readonly name: string; readonly value: string } | undefined {
  const at = after?.indexOf('=') ?? -1
  if (act !== 'set-setting' || after === undefined || at < 0) return undefined
  const path = after.slice(0, at).split('.')
  const name = plain(path.at(-1) ?? '')
  return { name: name.startsWith('felix') ? name.slice('felix'.length) : name, value: after.slice(at + 1) }
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')

/** The port that was opened: `4789/udp`, `udp/4789`, `4789`. */
export function portOpened({ act, after }: AttemptRow): number | undefined {
  if (act !== 'open-port') return undefined
  const port = (after ?? '').split('/').find((part) => /^\d{1,5}$/.test(part))
  return port === undefined ? undefined : Number(port)
}

/** The protocol that was opened: `protocol 4`, `protocol ipencap`, `ipip`. */
export function protocolOpened({ act, after }: AttemptRow): string | undefined {
  if (act !== 'open-port' || after === undefined) return undefined
  return after.startsWith('protocol ') ? after.slice('protocol '.length) : after
}

/** The chain whose policy was set to ACCEPT: `INPUT ACCEPT`. */
export const chainAccepted = ({ after = '' }: AttemptRow): string | undefined =>
  after.endsWith(' ACCEPT') ? after.slice(0, -' ACCEPT'.length) : undefined
