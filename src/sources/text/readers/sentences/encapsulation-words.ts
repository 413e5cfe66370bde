/** `IPIP overlay`, `over VXLAN`: encapsulations that people tell, as settings that somebody told. */
import type { SettingRow } from '#cluster/relations.ts'

const kinds: ReadonlyMap<string, string> = new Map([
  ['ipip', 'IPIP'],
  ['ip-in-ip', 'IPIP'],
  ['ipinip', 'IPIP'],
  ['vxlan', 'VXLAN'],
  ['ipipcrosssubnet', 'IPIPCrossSubnet'],
  ['vxlancrosssubnet', 'VXLANCrossSubnet'],
])

const nouns = new Set(
  'mode overlay encapsulation encap tunnel tunneling tunnelling backend pool pools networking'.split(' '),
)
const ways = new Set('using use uses with in via over on running'.split(' '))
/** Words of a change, of a wish or of a lack: what is used is not told by them. */
const elsewhere = new Set('from to instead without not no switched changed -> → disabled'.split(' '))

export function encapsulationSaid(words: readonly string[]): readonly SettingRow[] {
  return words.flatMap((word, at) => {
    const value = kinds.get(word)
    if (value === undefined) return []
    const before = words.slice(Math.max(0, at - 2), at)
    const isUsed = nouns.has(words[at + 1] ?? '') || before.some((one) => ways.has(one))
    const isElse = words.slice(Math.max(0, at - 3), at + 3).some((one) => elsewhere.has(one))
    if (!isUsed || isElse) return []
    const crosses = /^cross-?subnet$/.test(words[at + 1] ?? '') && !value.endsWith('CrossSubnet')
    return [
      {
        of: 'other' as const,
        in: 'told',
        name: 'encapsulation',
        value: crosses ? `${value}CrossSubnet` : value,
      },
    ]
  })
}
