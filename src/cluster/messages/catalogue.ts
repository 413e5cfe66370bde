/**
 * Recognition: text → messages of the one catalogue. Linear in the length of the text: one pass finds the literals,
 * and only the few entries whose literal occurs try their pattern, on a window of bounded size.
 */

import { apiEntries } from '#cluster/messages/api.ts'
import { birdEntries } from '#cluster/messages/bird.ts'
import { cniEntries } from '#cluster/messages/cni.ts'
import { confdEntries } from '#cluster/messages/confd.ts'
import { felixEntries } from '#cluster/messages/felix.ts'
import { healthEntries } from '#cluster/messages/health.ts'
import { kubeletEntries, kubeletWrappers } from '#cluster/messages/kubelet.ts'
import { literalIndex } from '#cluster/messages/literals.ts'
import { startupEntries } from '#cluster/messages/startup.ts'
import { kernelEntries, runtimeEntries, systemdEntries } from '#cluster/messages/systemd.ts'
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
  ...kernelEntries,
  ...systemdEntries,
  ...kubeletEntries,
  ...apiEntries,
  ...runtimeEntries,
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
export function recogniseAll(text: string): readonly Message[] {
  const candidates = index.find(text)
  if (candidates.length === 0) return []
  const messages: Message[] = []
  for (const candidate of candidates) {
    const entry = catalogue[candidate] as MessageEntry
    const match = entry.pattern.exec(windowOf(text, entry.literal))
    if (match !== null) messages.push({ id: entry.id, params: paramsOf(match) })
  }
  return messages
}

/** Whether some literal of the catalogue occurs: the cheap test that lets a reader skip a line. */
export const mayHoldMessage = (text: string): boolean => index.find(text).length > 0

/** What the catalogue says about an id; undefined for an id that no entry has. */
export const entryOf = (id: string): MessageEntry | undefined => byId.get(id)

function windowOf(text: string, literal: string): string {
  if (text.length <= windowMax) return text
  const at = Math.max(0, text.toLowerCase().indexOf(literal))
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
