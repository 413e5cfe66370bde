/** What people say is left from before: devices and rules of another pod network, tunnel devices, neighbours. */
import { networkOfChain, networkOfLink } from '#cluster/other-networks.ts'
import type { RemarkSays } from '#cluster/relations/remarks.ts'
import { claimsOf } from '#sources/text/readers/sentences/claims.ts'
import { phrasesOf } from '#sources/text/readers/sentences/words.ts'

/** Everything that the words of one sentence say of it. */
export const leftSaid = (words: readonly string[]): readonly RemarkSays[] => [
  ...(isOtherNetworkLeft(words) ? (['other-cni-left'] as const) : []),
  ...(isTunnelLeft(words) ? (['tunnel-device-left'] as const) : []),
  ...(isNeighbourStale(words) ? (['stale-neighbours'] as const) : []),
]

const set = (text: string): ReadonlySet<string> => new Set(text.split('|'))

/** A network's name beside a thing that networks make; or the thing's own name (`flannel.1`, `WEAVE-NPC`). */
function isOtherNetworkLeft(words: readonly string[]): boolean {
  const names = words.filter(
    (word, at) => isOthersThing(word) || (networks.has(word) && isNearThing(words, at)),
  )
  return claimsOf(words, { of: new Set(names), says: lasting }).some(({ isDenied }) => !isDenied)
}

/** A number or a dash tells the device from the program: `flannel` is a program in prose. */
const isOthersThing = (word: string): boolean =>
  /[\d_-]/.test(word) &&
  (networkOfLink(word) !== undefined || networkOfChain(word.toUpperCase()) !== undefined)

const isNearThing = (words: readonly string[], at: number): boolean =>
  words.slice(Math.max(0, at - 3), at + 4).some((word) => things.has(word))

const networks = set('flannel|weave|weave-net|cilium|kube-router|antrea|canal|romana|kindnet')
const things = set(
  'device|devices|interface|chain|chains|rule|rules|iptables|bridge|bridges|route|config|configs|configuration|conflist|file|files|link|links|ipsets|pod|daemonset|state|leftovers|remnants|remains',
)
const lasting = set(
  'still present|still there|still exist|still exists|still exits|still in place|still on|still in|still has|still have|still up|still configured|still active|still contains|still contain|leftover|left-over|leftovers|left over|left behind|left|are left|remain|remains|remained|remnant|remnants|residual|stale|not removed|not deleted|not cleaned|not flushed|never removed|from before|old|previous|former',
)

/** That a device is there is how it should be; that it is from before is not. */
const isTunnelLeft = (words: readonly string[]): boolean =>
  claimsOf(words, { of: tunnels, says: fromBefore }).length > 0 &&
  !words.some((word, at) => word === 'not' && lookedFor.has(words[at + 1] ?? ''))

const tunnels = set(
  'tunl0|vxlan.calico|vxlan-v6.calico|wireguard.cali|tunnel device|tunnel interface|vxlan interface|vxlan device|ipip interface|ipip device',
)
const fromBefore = set(
  'not removed|not deleted|not cleaned|not recreated|not updated|leftover|left-over|left over|left behind|is left|was left|stale|outdated|from old|from previous|of old|of previous|from earlier|of earlier|from former|of former|with old|has old|keeps old|still old|old cluster|previous cluster|other cluster|with stale|has stale',
)
const lookedFor = set('stale|leftover|outdated|left')

/** Hardware addresses that stand for no machine any more. */
function isNeighbourStale(words: readonly string[]): boolean {
  const phrases = phrasesOf(words)
  const has = (group: ReadonlySet<string>): boolean => group.values().some((phrase) => phrases.has(phrase))
  return has(neighbours) && has(devices) && has(wrong)
}

const neighbours = set(
  'arp|arp entry|arp entries|arp table|fdb|fdb entry|fdb entries|neighbour|neighbours|neighbor|neighbors|neighbour entries|mac|macs|mac address',
)
const devices = set('vxlan|vxlan.calico|vxlancrosssubnet|tunnel')
const wrong = set(
  'stale|outdated|old|duplicate|duplicated|same mac|same mac address|deleted|removed|recreated|flapping|missing',
)
