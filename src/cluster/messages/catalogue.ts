/**
 * Recognition: text → messages of the one catalogue. Linear in the length of the text: one pass finds the literals,
 * and only the few entries whose literal occurs try their pattern, on a window of bounded size.
 */

import { apiEntries } from '#cluster/messages/api.ts'
import { apiRequestEntries } from '#cluster/messages/api-requests.ts'
import { birdEntries } from '#cluster/messages/bird.ts'
import { calicoCommonEntries, calicoEntries } from '#cluster/messages/calico.ts'
import { cniEntries } from '#cluster/messages/cni.ts'
import { confdEntries } from '#cluster/messages/confd.ts'
import { controlPlaneEntries } from '#cluster/messages/control-plane.ts'
import { etcdEntries } from '#cluster/messages/etcd.ts'
import { felixEntries } from '#cluster/messages/felix.ts'
import { netEntries } from '#cluster/messages/go-net.ts'
import { haproxyEntries } from '#cluster/messages/haproxy.ts'
import { healthEntries } from '#cluster/messages/health.ts'
import { hearsayEntries } from '#cluster/messages/hearsay.ts'
import { hostServiceEntries } from '#cluster/messages/host-services.ts'
import { hostToolEntries } from '#cluster/messages/host-tools.ts'
import { imageEntries, imageWrappers } from '#cluster/messages/images.ts'
import { kernelEntries } from '#cluster/messages/kernel.ts'
import { machineEntries } from '#cluster/messages/kernel-machine.ts'
import { kubeletEntries } from '#cluster/messages/kubelet.ts'
import { podEntries } from '#cluster/messages/kubelet-pods.ts'
import { kubeletWrappers } from '#cluster/messages/kubelet-wrappers.ts'
import { literalIndex } from '#cluster/messages/literals.ts'
import { netfilterEntries } from '#cluster/messages/netfilter.ts'
import { runtimeEntries } from '#cluster/messages/runtime.ts'
import { serviceEntries } from '#cluster/messages/services.ts'
import { startupEntries } from '#cluster/messages/startup.ts'
import { systemdEntries } from '#cluster/messages/systemd.ts'
import { toolEntries } from '#cluster/messages/tools.ts'
import { typhaEntries } from '#cluster/messages/typha.ts'
import type { Message, MessageEntry } from '#cluster/messages.ts'

/**
 * Every entry, most specific first: inner errors before the texts that wrap them. `recognise` answers with the first.
 */
export const catalogue: readonly MessageEntry[] = [
  ...healthEntries,
  ...birdEntries,
  ...toolEntries,
  ...cniEntries,
  ...startupEntries,
  ...confdEntries,
  ...felixEntries,
  ...typhaEntries,
  ...calicoEntries,
  ...calicoCommonEntries,
  ...netfilterEntries,
  ...kernelEntries,
  ...machineEntries,
  ...hostToolEntries,
  ...systemdEntries,
  ...hostServiceEntries,
  ...haproxyEntries,
  ...kubeletEntries,
  ...podEntries,
  ...imageEntries,
  ...serviceEntries,
  ...controlPlaneEntries,
  ...apiEntries,
  ...etcdEntries,
  ...netEntries,
  ...runtimeEntries,
  ...apiRequestEntries,
  ...hearsayEntries,
  ...imageWrappers,
  ...kubeletWrappers,
]

const index = literalIndex(catalogue.map((entry) => entry.literal))
const byId = new Map(catalogue.map((entry) => [entry.id, entry]))

/** Longer texts are looked at in this many characters around where their first literal stands. */
const windowMax = 4096

/** The most specific message that the text holds; undefined where the catalogue knows none. */
export const recognise = (text: string): Message | undefined => recogniseAll(text)[0]

/**
 * All messages that the text holds, most specific first: a sandbox error that quotes the plugin's error that quotes a
 * refused connection is three. A text with several lines is one text: patterns may match in any of its lines.
 */
export const recogniseAll = (text: string): readonly Message[] =>
  messagesIn(text).map((message) => withInner(message, text))

/** Without inner errors: a message that many others wrap is looked for once, not once for each way to reach it. */
function messagesIn(text: string): readonly Message[] {
  const candidates = index.find(text)
  if (candidates.length === 0) return []
  const messages: Message[] = []
  const lowerCase = text.length > windowMax ? text.toLowerCase() : text
  for (const candidate of candidates) {
    const entry = catalogue[candidate] as MessageEntry
    const match = entry.pattern.exec(windowOf(text, lowerCase.indexOf(entry.literal)))
    if (match !== null) messages.push({ id: entry.id, params: paramsOf(match) })
  }
  return messages
}

/**
 * The message with what its error text quotes, so that a detector need not read that text.
 *
 * @param whole the text that holds the message: only what is shorter can be a quotation in it
 */
export function withInner({ id, params }: Message, whole?: string): Message {
  const { error, errorOutput, detail, output } = params
  const inner = [error, errorOutput, detail, output].flatMap((text) =>
    text === undefined || text === '' || text.length >= (whole?.length ?? Number.POSITIVE_INFINITY)
      ? []
      : messagesIn(text),
  )
  const others = inner.filter((one) => one.id !== id)
  return others.length === 0 ? { id, params } : { id, params, inner: others }
}

/** Whether some literal of the catalogue occurs: the cheap test that lets a reader skip a line. */
export const mayHoldMessage = (text: string): boolean => index.find(text).length > 0

/** The same for a line in its envelopes, one step further: of the lines that have a literal, many match no pattern. */
export function mayWrapMessage(text: string): boolean {
  const candidates = index.find(text)
  if (candidates.length === 0) return false
  // Escapes and fields look different once their envelope is off; the journal takes BIRD’s name from its line.
  if (text.length > windowMax || /^\{|\\|msg=|\bbird6?\[/.test(text)) return true
  return candidates.some((candidate) => anywhere[candidate]?.test(text) === true)
}

/** The patterns without their anchor: what begins a line inside an envelope stands in its midst outside. */
const anywhere = catalogue.map(
  ({ pattern }) => new RegExp(pattern.source.replace(/(?<![[\\])\^/g, ''), pattern.flags),
)

/** What the catalogue says about an id; undefined for an id that no entry has. */
export const entryOf = (id: string): MessageEntry | undefined => byId.get(id)

function windowOf(text: string, at: number): string {
  if (text.length <= windowMax) return text
  const start = Math.max(0, at - windowMax / 4)
  return text.slice(start, start + windowMax)
}

/** Named groups that took part. A trailing digit joins alternatives: `container2` fills `container`. */
function paramsOf(match: RegExpExecArray): Readonly<Record<string, string>> {
  const params: Record<string, string> = {}
  for (const [name, value] of Object.entries(match.groups ?? {}))
    if (value !== undefined) params[name.replace(/\d$/, '')] ??= value.trim()
  return params
}
