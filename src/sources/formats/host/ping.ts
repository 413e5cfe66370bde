import type { Reach } from '#sources/formats/host/reach.ts'

export interface PingLine {
  readonly reach?: Reach
  /** A router on the way, or the own host, said that the packet does not fit. */
  readonly tooBig?: { readonly source?: string; readonly destination: string }
}

export interface PingLines {
  /** `{}` for a line that belongs to the output and decides nothing yet; undefined for anything else. */
  readonly line: (text: string) => PingLine | undefined
}

/** What `ping` sends without `-s`; a size that nobody chose says nothing. */
const usualBytes = 56

/**
 * Lines of ping (iputils, busybox, macOS): the summary decides, single lines where there is none.
 *
 * @param asked the words of the command behind `ping`
 * @see iputils/iputils:ping/ping.c, ping_common.c; mirror/busybox:networking/ping.c
 */
export function pingLines(asked: readonly string[] | undefined): PingLines {
  let to = asked === undefined ? undefined : targetOf(asked)
  let bytes = asked === undefined ? undefined : sizeOf(asked)
  let failed: Reach['outcome'] = 'timed-out'
  const reach = (outcome: Reach['outcome'], where = to): PingLine =>
    where === undefined
      ? {}
      : { reach: { to: where, protocol: 'icmp', outcome, ...(bytes !== undefined && { bytes }) } }
  return {
    line: (text) => {
      const head = headOf(text)
      if (head !== undefined) {
        to = head.to
        bytes = head.bytes === usualBytes ? undefined : head.bytes
        return {}
      }
      const statistics = /^\s*--- (?<to>[\w.:%-]{2,253}) (?:\([\w.:]{2,60}\) )?ping statistics ---$/.exec(
        text,
      )
      if (statistics?.groups?.to !== undefined) {
        to ??= statistics.groups.to
        return {}
      }
      const summary =
        /^\s*\d{1,9} packets transmitted, (?<received>\d{1,9}) (?:packets )?received,.{0,80}?(?<loss>[\d.]{1,8})% packet loss/.exec(
          text,
        )?.groups
      if (summary !== undefined) return reach(Number(summary.received) > 0 ? 'ok' : failed)
      const answer = answerOf(text)
      if (answer === undefined) return erroneous(text)
      if (answer.tooBig)
        return { tooBig: { destination: to ?? '', ...(answer.from && { source: answer.from }) } }
      if (answer.outcome === 'ok') return reach('ok', to ?? answer.from)
      failed = answer.outcome ?? failed
      return reach(failed)
    },
  }
}

function headOf(text: string): { readonly to: string; readonly bytes?: number } | undefined {
  const m =
    /^\s*PING (?<to>[\w.:%-]{2,253}?) ?\([\w.:%-]{2,120}\)(?: from \S{2,60}(?: \S{2,20})?)?:?:? (?<bytes>\d{1,6})(?:\(\d{1,6}\))?(?: data)? bytes/.exec(
      text,
    )?.groups
  return m?.to === undefined ? undefined : { to: m.to, bytes: Number(m.bytes) }
}

interface Answer {
  readonly from?: string
  readonly outcome?: Reach['outcome']
  readonly tooBig?: boolean
}

/** A reply, an ICMP error from somebody, or silence. */
function answerOf(text: string): Answer | undefined {
  const reply =
    /^\s*(?:\[\d{1,12}\.\d{1,9}\] )?\d{1,6} bytes from (?:[\w.-]{1,253} \()?(?<from>[\w.:%-]{2,60}?)\)?: (?:icmp_)?seq=\d/.exec(
      text,
    )
  if (reply !== null) return { ...(reply.groups?.from && { from: reply.groups.from }), outcome: 'ok' }
  const told =
    /^\s*From (?:[\w.-]{1,253} \()?(?<from>[\w.:%-]{2,60}?)\)?:? icmp_seq=\d{1,7} (?<words>[A-Z].{3,120})$/.exec(
      text,
    )?.groups
  if (told !== undefined) {
    const from = told.from === undefined ? {} : { from: told.from }
    return isTooBig(told.words ?? '')
      ? { ...from, tooBig: true }
      : { ...from, outcome: icmpOutcome(told.words ?? '') }
  }
  if (/^\s*ping: (?:local error: |sendmsg: |sendto: )?[Mm]essage too long(?:, mtu[=:] ?\d{2,6})?$/.test(text))
    return { tooBig: true }
  if (/^\s*(?:ping6?: )?(?:connect|sendto|sendmsg): Network is unreachable$/.test(text))
    return { outcome: 'unreachable' }
  if (/^\s*(?:Request timeout for icmp_seq|no answer yet for icmp_seq)/.test(text))
    return { outcome: 'timed-out' }
  return undefined
}

const isTooBig = (words: string): boolean => /^(?:Frag(?:mentation)? needed|Packet too big)/i.test(words)

/** A host or a router that nobody answers has no ARP entry; a filter answers in its place. Both are an ICMP error. */
const icmpOutcome = (words: string): Reach['outcome'] =>
  /^Destination Net(?:work)? (?:Unreachable|Unknown)|^Time to live exceeded|^Redirect/i.test(words)
    ? 'unreachable'
    : 'no-route'

/** `ping: web: Name or service not known`, `ping: bad address 'web'` */
function erroneous(text: string): PingLine | undefined {
  const m =
    /^\s*ping6?: (?:bad address ['‘](?<bad>[\w.-]{1,253})['’]|unknown host (?<unknown>[\w.-]{1,253})|(?<name>[\w.-]{1,253}): (?:Name or service not known|Temporary failure in name resolution|No address associated with hostname))$/.exec(
      text,
    )?.groups
  const name = m?.bad ?? m?.unknown ?? m?.name
  return name === undefined ? undefined : { reach: { to: name, protocol: 'dns', outcome: 'name-unknown' } }
}

const targetOf = (words: readonly string[]): string | undefined =>
  words.find(
    (word, at) => /^[\w.:-]{3,253}$/.test(word) && /^[\da-zA-Z]/.test(word) && !takesValue(words[at - 1]),
  )

const takesValue = (word: string | undefined): boolean =>
  word !== undefined && /^-(?:[a-zA-Z]*[cswWIiMtpQS])$/.test(word)

function sizeOf(words: readonly string[]): number | undefined {
  const at = words.findIndex((word) => /^-[a-zA-Z]*s$/.test(word))
  const glued = words.find((word) => /^-s\d{1,5}$/.test(word))?.slice(2)
  const size = Number(glued ?? (at < 0 ? Number.NaN : words[at + 1]))
  return Number.isNaN(size) || size === usualBytes ? undefined : size
}
