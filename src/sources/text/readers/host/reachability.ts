import type { ReachabilityRow } from '#cluster/relations.ts'
import { parseCurl } from '#sources/formats/host/curl.ts'
import { parseNetcat } from '#sources/formats/host/netcat.ts'
import { type PingLine, pingLines } from '#sources/formats/host/ping.ts'
import { portNumber, type Reach, type Target, targetOf } from '#sources/formats/host/reach.ts'
import { resolverLines } from '#sources/formats/host/resolver-tools.ts'
import { looksLikeNodeName } from '#sources/text/prompt.ts'
import { nodeOrPod, type Scope } from '#sources/text/reader.ts'
import {
  argumentsOf,
  isInPod,
  type Lines,
  lineReader,
  type Told,
} from '#sources/text/readers/host/line-reader.ts'

/**
 * ping, nc, telnet, curl, wget, dig, nslookup: what could be reached, and from where: the prompt's host, the pod of
 * `kubectl exec`, or what a label before the line says (`pod: …`, `from the host: …`).
 */
export const reachabilityReader = lineReader({
  format: 'connection tests',
  relations: ['reachability', 'captures'],
  spansBlanks: true,
  open: (scope) => testLines(scope),
})

interface From {
  readonly node: string
  readonly in: ReachabilityRow['in']
}

function testLines(scope: Scope): Lines {
  const tools = toolsOf(scope)
  let here: From = { node: nodeOrPod(scope), in: isInPod(scope) ? 'pod' : 'host' }
  const isCurl = argumentsOf(scope, 'curl') !== undefined
  let isOpen = false
  return {
    line: (text) => {
      if (isPodsTool(text, scope)) here = { ...here, in: 'pod' }
      const { from, rest } = labelled(text, here)
      const told = tools(rest, from)
      if (told !== undefined) isOpen = true
      return told ?? ((isCurl && isVerbose(text)) || (isOpen && isEnd(text)) ? [] : undefined)
    },
  }
}

/** What `kubectl exec` and busybox print behind a failed command. */
const isEnd = (text: string): boolean =>
  /^\s*(?:command terminated with (?:non-zero )?exit code|round-trip |rtt min\/avg\/max|pipe \d+$|error: Internal error occurred)/.test(
    text,
  )

/** Hosts have other tools than busybox, which is what pods for such tests have; a shell on a host may be one of few that do. */
const isPodsTool = (text: string, { nodeFrom, pod }: Scope): boolean =>
  nodeFrom !== 'the prompt' &&
  pod === undefined &&
  /^\s*(?:(?:wget|nc): (?:can't connect to remote host|bad address|download timed out|[\w.:-]{2,253} \(\S{3,60}\): )|nslookup: can't resolve |PING \S{2,253} \(\S{2,60}\): \d{1,6} data bytes)/.test(
    text,
  )

/** What `curl -v` tells of its work, and its table of progress. */
const isVerbose = (text: string): boolean =>
  /^(?:[*<>{}] |[<>]$|\s*% Total\s|\s*Dload\s|\s*\d{1,3} .{0,60} --:--:--)/.test(text)

function toolsOf(scope: Scope): (text: string, from: From) => readonly Told[] | undefined {
  const ping = pingLines(argumentsOf(scope, 'ping') ?? argumentsOf(scope, 'ping6'))
  const resolver = resolverLines(
    argumentsOf(scope, 'dig') ?? argumentsOf(scope, 'nslookup') ?? argumentsOf(scope, 'host'),
  )
  const url = urlOf(argumentsOf(scope, 'curl') ?? argumentsOf(scope, 'wget'))
  let dialled = dialOf(argumentsOf(scope, 'nc') ?? argumentsOf(scope, 'ncat') ?? argumentsOf(scope, 'telnet'))
  return (text, from) => {
    const trying = /^Trying (?<to>[\da-fA-F:.]{3,45})\.\.\.$/.exec(text)?.groups?.to
    if (trying !== undefined) {
      dialled = { ...dialled, to: dialled?.to ?? trying }
      return []
    }
    const pinged = ping.line(text)
    if (pinged !== undefined) return pingTold(pinged, from)
    const one = parseNetcat(text, dialled) ?? parseCurl(text, url)
    return (one === undefined ? resolver.line(text) : [one])?.map((reach) => reachTold(reach, from))
  }
}

const reachTold = (reach: Reach, from: From): Told => ({
  relation: 'reachability',
  row: { ...from, ...reach },
})

function pingTold({ reach, tooBig }: PingLine, from: From): readonly Told[] {
  if (reach !== undefined) return [reachTold(reach, from)]
  if (tooBig === undefined) return []
  const { source, destination } = tooBig
  const ends = { ...(source && { source }), ...(destination && { destination }) }
  return [{ relation: 'captures', row: { node: from.node, protocol: 'icmp', ...ends, shows: 'too-big' } }]
}

const label =
  /^\s*(?:[-*•] )?(?:(?:from|in|on|inside|within) )?(?:the |a |an |another )?(?:(?<where>host|node|worker|pod|container)(?: [\w.-]{1,80})?|(?<name>[a-z][\w.-]{2,80})) ?: {1,8}(?<rest>\S.*)$/i

/** `pod:   nc: …`, `from the host: …`, `k8s-worker-03: ping: …` */
function labelled(text: string, here: From): { readonly from: From; readonly rest: string } {
  const m = label.exec(text)?.groups
  if (m?.rest === undefined) return { from: here, rest: text }
  if (m.where !== undefined)
    return { from: { ...here, in: /pod|container/i.test(m.where) ? 'pod' : 'host' }, rest: m.rest }
  return m.name !== undefined && looksLikeNodeName(m.name)
    ? { from: { node: m.name, in: 'host' }, rest: m.rest }
    : { from: here, rest: text }
}

function urlOf(words: readonly string[] | undefined): Target | undefined {
  const found = words?.find(
    (word, at) => !word.startsWith('-') && /[./:]/.test(word) && !takesValue(words[at - 1]),
  )
  return found === undefined ? undefined : targetOf(found)
}

const takesValue = (word: string | undefined): boolean =>
  word !== undefined &&
  /^-(?:[A-Za-z]*[moHdXTOuxe]|-\w[\w-]+)$/.test(word) &&
  !/^--(?:insecure|verbose|silent|head|fail|spider)$/.test(word)

/** `nc -zv 10.0.0.1 179`: the last two words that are a host and a port. */
function dialOf(words: readonly string[] | undefined): Target | undefined {
  const at = words?.findIndex(
    (word, index) =>
      /^[\w.:-]{2,253}$/.test(word) && /^[\da-zA-Z]/.test(word) && /^\d{1,5}$/.test(words[index + 1] ?? ''),
  )
  const to = at === undefined || at < 0 ? undefined : words?.[at]
  return to === undefined || at === undefined ? undefined : { to, ...portNumber(words?.[at + 1]) }
}
