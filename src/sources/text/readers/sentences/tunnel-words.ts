/** `IPIP overlay`, `node MTU 8950`: encapsulations and sizes that people tell, as settings that somebody told. */
import type { SettingRow } from '#cluster/relations/settings.ts'
import { encapsulationSaid } from '#sources/text/readers/sentences/encapsulation-words.ts'

/** What the words of one sentence say of how packets are packed, and how large they may be. */
export const tunnelsSaid = (words: readonly string[]): readonly SettingRow[] => [
  ...encapsulationSaid(words),
  ...sizesSaid(words),
]

/** Names that tell whose MTU it is by themselves. */
const ownNames: ReadonlyMap<string, Place> = new Map([
  ['vethmtu', 'pod'],
  ['veth_mtu', 'pod'],
  ['ipipmtu', 'tunnel'],
  ['vxlanmtu', 'tunnel'],
])

type Place = 'card' | 'tunnel' | 'pod'

const places: readonly (readonly [RegExp, Place])[] = [
  [/^(?:tunl0|tunnel|ipip|vxlan|vxlan\.calico|wireguard|wireguard\.cali|overlay)$/, 'tunnel'],
  [/^(?:pod|veth|cali\S{0,20}|cni)$/, 'pod'],
  [
    /^(?:node|interface|physical|underlay|card|vpn|network|link|path|(?:eth|ens|enp|eno|bond|em)\d\S{0,8})$/,
    'card',
  ],
]

const reach = 4

/** The size behind the word, and whose it is: the nearest place before it, else behind it. */
function sizesSaid(words: readonly string[]): readonly SettingRow[] {
  return words.flatMap((word, at) => {
    const own = ownNames.get(word)
    if (own === undefined && word !== 'mtu') return []
    const behind = untilStop(words.slice(at + 1, at + 1 + reach + 2))
    const value = behind.find((one) => /^(?:1[2-9]\d\d|[2-9]\d{3})$/.test(one))
    const before = words.slice(Math.max(0, at - reach), at)
    const place = own ?? placeIn(untilStop(before.toReversed())) ?? placeIn(behind)
    return value === undefined || place === undefined
      ? []
      : [{ of: 'other' as const, in: 'told', name: `mtu.${place}`, value }]
  })
}

const placeIn = (words: readonly string[]): Place | undefined => {
  for (const word of words) {
    const place = places.find(([pattern]) => pattern.test(word))?.[1]
    if (place !== undefined) return place
  }
  return undefined
}

/** A mark or `from … to` ends what belongs together. */
function untilStop(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => /^(?:[,;()]|from|to|->|→|and|but)$/.test(word))
  return at < 0 ? words : words.slice(0, at)
}
