import {
  type Found,
  familyOfAddress,
  isAbsenceNote,
  type Lines,
  lineAt,
  withoutRemark,
  wordsOf,
} from '#sources/formats/host-network/block.ts'
import { isOfPod, type Link, type LinkBlock } from '#sources/formats/host-network/links.ts'

/**
 * `ip -br addr` and `ip -br link`.
 *
 * @param isAsked whether a command showed that this is it: then a name and a state alone are an interface
 * @see iproute2/iproute2:ip/ipaddress.c (print_linkinfo_brief, print_addrinfo)
 */
export function parseBriefLinks(lines: Lines, at: number, isAsked = false): LinkBlock | undefined {
  const found: (Found<Link> & { isBare: boolean; peer: string | undefined })[] = []
  let next = at
  for (; lines(next) !== undefined; next++) {
    const line = lineAt(lines, next)
    const link = briefLink(line)
    if (link === undefined) break
    found.push({
      at: next,
      row: link,
      peer: /@(?<peer>\S{1,15})/.exec(line)?.groups?.peer,
      isBare: link.mac === undefined && link.flags.length === 0 && link.addresses === undefined,
    })
  }
  if (found.length === 0 || (!isAsked && found.every(({ isBare }) => isBare))) return undefined
  const isAddr = found.some(({ row }) => row.addresses !== undefined)
  return {
    end: next,
    hasAbsenceNote: isAbsenceNote(lineAt(lines, next)),
    isOfPod: isOfPod(found.map(({ row, peer }) => ({ name: row.name, peer }))),
    found: found.map(({ at: line, row, isBare }) => ({
      at: line,
      row: isAddr && isBare ? { ...row, addresses: [] } : row,
    })),
  }
}

const brief =
  /^\s{0,8}(?<name>[^\s:@<>/"'()]{1,15})(?:@[^\s:]{1,15})?\s{1,40}(?<state>UNKNOWN|UP|DOWN|LOWERLAYERDOWN|DORMANT|NOTPRESENT|TESTING)(?<rest>(?:\s.*)?)$/

function briefLink(line: string): Link | undefined {
  const m = brief.exec(withoutRemark(line))?.groups
  if (m?.name === undefined || m.state === undefined) return undefined
  const words = wordsOf(m.rest ?? '')
  const flags = /^<(?<flags>[A-Z\d_,-]{1,200})>$/.exec(words.at(-1) ?? '')?.groups?.flags
  const isMac = /^(?!00:00:00:00:00:00)[\da-f]{2}(?::[\da-f]{2}){5}$/i.test(words[0] ?? '')
  const link = { name: m.name, state: m.state, flags: flags?.split(',') ?? [] }
  if (flags !== undefined && words.length <= 2)
    return { ...link, ...(isMac && { mac: words[0]?.toLowerCase() ?? '' }) }
  const addresses = addressesOf(words)
  if (addresses === undefined) return undefined
  return addresses.length === 0 ? link : { ...link, addresses }
}

/** Addresses with their metrics and peers; undefined when another word is among them. */
function addressesOf(words: readonly string[]): readonly string[] | undefined {
  const addresses: string[] = []
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? ''
    if (word === 'metric' || word === 'peer') index++
    else if (familyOfAddress(word) !== undefined) addresses.push(word)
    else return undefined
  }
  return addresses
}
