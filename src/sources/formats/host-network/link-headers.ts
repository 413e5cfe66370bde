/** The first lines of the entries of `ip addr` and `ip link`. */
import { withoutRemark, wordsOf } from '#sources/formats/host-network/block.ts'
import { type Detail, detailOf } from '#sources/formats/host-network/link-details.ts'
import type { Link } from '#sources/formats/host-network/links.ts'

export interface Header {
  readonly link: Link
  /** Behind the `@`. */
  readonly peer?: string | undefined
  /** What stands behind the flags. */
  readonly rest: string
  /** What stands behind a backslash, with `-o`; or on the line itself, where somebody joined two. */
  readonly details: readonly Detail[]
}

const header =
  /^\s{0,12}(?:(?<index>\d{1,7}): ?)?(?<name>[^\s:@<>/"'()]{1,15})(?:@(?<peer>[^\s:]{1,15}))?:\s{1,4}(?:<(?<flags>[A-Z\d_-]{1,20}(?:,[A-Z\d_-]{1,20}){0,20})>)?(?<rest>(?:\s.*)?)$/

/** `7: cali0123456789a@if3: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1480 qdisc noqueue state UP group default` */
export function headerOf(line: string): Header | undefined {
  const [first = '', ...more] = line.split('\\')
  const m = header.exec(withoutRemark(first))?.groups
  if (m?.name === undefined) return undefined
  const rest = m.rest ?? ''
  const mtu = / mtu (?<mtu>\d{1,6})(?: |$)/.exec(rest)?.groups?.mtu
  // Some pages swallow <…>; then the rest must look the more like it.
  const isSure = m.flags !== undefined || (mtu !== undefined && / (?:qdisc|state) \S/.test(rest))
  if (!isSure) return undefined
  const state = / state (?<state>[A-Z]{2,20})(?: |$)/.exec(rest)?.groups?.state
  return {
    link: {
      name: m.name,
      flags: m.flags?.split(',') ?? [],
      ...(mtu !== undefined && { mtuBytes: Number(mtu) }),
      ...(state !== undefined && { state }),
    },
    peer: m.peer,
    rest,
    details: more.flatMap((part) => detailOf(part) ?? []),
  }
}

/** Of `ip -o addr`, `2: eth0    inet 10.0.0.21/24 …`; with a colon where a person joined two lines. */
export function oneLineOf(line: string): Header | undefined {
  const m =
    /^\s{0,12}(?:\d{1,7}: ?)?(?<name>[^\s:@<>/"'()]{1,15})(?:@(?<peer>[^\s:]{1,15}))?:?\s{1,20}(?<rest>inet6?\s.*)$/.exec(
      line,
    )?.groups
  if (m?.name === undefined) return undefined
  const detail = detailOf(m.rest?.split('\\')[0] ?? '')
  return detail?.address === undefined
    ? undefined
    : { link: { name: m.name, flags: [] }, peer: m.peer, rest: '', details: [detail] }
}

/** `inet 10.0.0.21/24 … scope global eth0` alone (grep inet): the label at its end is the interface. */
export function orphanOf(line: string): Header | undefined {
  // Whoever marks text with a mouse easily loses its first letter.
  const whole = line.replace(/^net(?=6? )/, 'inet')
  const words = wordsOf(withoutRemark(whole))
  const name = words.at(-1)?.replace(/:.*$/, '') ?? ''
  const isWhole = words[0] === 'inet' && words.includes('scope') && /^[^\s/]{1,15}$/.test(name)
  const detail = isWhole ? detailOf(whole) : undefined
  const isName =
    words.indexOf('scope') < words.length - 2 &&
    !/^(?:noprefixroute|dynamic|secondary|tentative|deprecated)$/.test(name)
  return detail?.address === undefined || !isName
    ? undefined
    : { link: { name, flags: [] }, rest: '', details: [detail] }
}
