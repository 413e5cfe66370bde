/** What people say of the address under which a node is known: whose it is, and that it is an old one. */
import { familyOf, oddInterface } from '#cluster/addresses.ts'
import { unreachableAddress } from '#cluster/node-addresses.ts'
import type { RemarkSays } from '#cluster/relations/remarks.ts'
import { looksLikeNodeName } from '#sources/text/prompt.ts'
import { phrasesOf } from '#sources/text/readers/sentences/words.ts'

/** Everything that the words of one sentence say of it. What may be, and what is not, says nothing. */
export function addressesSaid(words: readonly string[]): readonly RemarkSays[] {
  const phrases = phrasesOf(words)
  const has = (group: ReadonlySet<string>): boolean => group.values().some((phrase) => phrases.has(phrase))
  if (words.some((word) => modal.has(word))) return []
  const isTaken = has(addressWords) && has(taken) && (has(someoneElse) || namesOf(words) > 1)
  if (!has(known) || words.includes('not')) return isTaken ? ['address-is-taken'] : []
  const isOdd = (has(ofCalico) || has(addressWords)) && (isOfOddKind(words) || words.some(isOddDevice))
  const isChosen = has(choosing) || words.some((word, at) => isOddDevice(word) && words[at - 1] === 'of')
  const isOld = has(addressWords) && has(old) && has(lasting) && has(ofCalico)
  return [
    ...((isOdd && isChosen) || isKnownByOdd(words) || (has(wrong) && has(choosing))
      ? (['address-of-odd-interface'] as const)
      : []),
    ...(isTaken ? (['address-is-taken'] as const) : []),
    ...(isOld ? (['old-address-registered'] as const) : []),
  ]
}

/** `the docker interface`, `a public IP`, `its NAT 10.0.2.15`: an odd kind right before what it is a kind of. */
const isOfOddKind = (words: readonly string[]): boolean =>
  words.some(
    (word, at) =>
      oddKinds.has(word) &&
      words.slice(at + 1, at + 3).some((next) => kindOf.has(next) || familyOf(next) !== undefined),
  )

/** `the node is 10.0.2.15`, `registered with 172.17.0.1`: right before it the word for what it is there. What is called is not. */
const isKnownByOdd = (words: readonly string[]): boolean =>
  words.some(
    (word, at) =>
      !word.includes(':') &&
      unreachableAddress(word) !== undefined &&
      !words.slice(Math.max(0, at - 4), at).some((before) => calling.has(before)) &&
      words.slice(Math.max(0, at - 3), at).some((before) => knownAs.has(before)),
  ) && !words.some((word) => bridges.has(word))

const namesOf = (words: readonly string[]): number => new Set(words.filter(looksLikeNodeName)).size

const set = (text: string): ReadonlySet<string> => new Set(text.split('|'))

const modal = set('may|might|possibly|sometimes|perhaps|probably|typically|usually')
const ofCalico = set(
  'calico|calico-node|calicoctl|bgp|bird|felix|peer|peers|annotation|autodetection|autodetect|auto-detection|first-found|registered',
)
const known = new Set([...ofCalico, 'node'])
const addressWords = set('address|ip|ips|ipv4|internalip|interface|node ip')
const choosing = set(
  'picks|picked|pick|picking|chose|chooses|choose|chosen|takes|took|takes up|selects|selected|detects|detected|uses|using|registered|registers|autodetected|autodetects|sets|advertises|advertised|announces|announced',
)
const oddKinds = set(
  'virtualbox|nat|docker|container|lxd|libvirt|vpn|tunnel|keepalived|virtual|floating|vip|public|external|loopback|bridge',
)
const kindOf = set('address|ip|interface|bridge|nat|vip|card')
const wrong = set('wrong interface|wrong ip|wrong address|wrong network interface|wrong network card')
const bridges = set('docker|bridge|gateway|docker0')
const knownAs = set('is|as|with|has|shows|was|lists|listed|via|ip|address|internalip|registered')
/** Somebody who is called: a target, whosever it is. */
const calling = set('curl|ping|pings|telnet|nc|wget|dial|connect|connects|reach|reaches|to|from')
const someoneElse = set('other node|old node|stale node|deleted node|removed node|former node')
const taken = set(
  'already uses|already using|already used|already has|already registered|already taken|already claims|already in use|previously used|previously had|previously owned|used before|had before|is taken|was taken|duplicate ip|duplicate address|ip conflict|address conflict|ip collision|address collision',
)
const old = set('old|previous|former|stale|outdated|earlier')
const lasting = set(
  'still|keeps|kept|remains|remained|stays|stayed|registered|uses|using|looks|has|shows|holds',
)

/** A device that has a number, as prose names it: `docker0`, `lxdbr0`; plain words like `flannel` are programs. */
const isOddDevice = (word: string): boolean =>
  (/\d$/.test(word) || word === 'nodelocaldns') &&
  !/^(?:cali|tunl|vxlan|wireguard)/.test(word) &&
  oddInterface(word) !== undefined
