/** Typha as its clients and the cluster show it: the pods, the Service, and how calico-node fared on its way there. */
import type { Fact, Reads, Subject } from '#cluster/facts.ts'
import type { Message } from '#cluster/messages.ts'
import { isReady, placeOfMessage } from '#cluster/queries.ts'
import type { CertificateRow, ContainerRow, EndpointsRow, MessageRow, PodRow } from '#cluster/relations.ts'
import { isSameSubject, renderSubject } from '#cluster/subjects.ts'
import { isRecent } from '#cluster/symptoms/recency.ts'

/** @see projectcalico/calico:manifests/calico-typha.yaml (the port of the Service calico-typha) */
export const typhaPort = 5473

/**
 * - `certificate`: TCP works, one of the two refuses the other's certificate.
 * - `unknown`: it failed, and the line does not say how.
 */
export type TyphaOutcome =
  | 'timed-out'
  | 'no-route'
  | 'unreachable'
  | 'refused'
  | 'reset'
  | 'not-permitted'
  | 'certificate'
  | 'unknown'

/** One failed way to Typha, as calico-node tells it. */
export interface TyphaContact {
  readonly outcome: TyphaOutcome
  /** Of the Typha, or of its Service, where it was said. */
  readonly address?: string
  readonly row: Fact<MessageRow>
  readonly about: Subject
}

/**
 * Failed ways to Typha that are recent and not over, one for each place, outcome and address. A line of Go's dialler alone
 * counts where it names Typha's port.
 */
export function typhaContacts(view: Reads<'messages' | 'pods'>): readonly TyphaContact[] {
  const rows = view.rows('messages')
  const ends = rows.filter(({ message }) => endings.has(message.id))
  const all = rows.flatMap((row) => (isRecent(view, row.atMs) ? contactOf(view, row) : []))
  const open = all.filter((one) => !ends.some((end) => isOver(view, one, end)))
  // Wrappers without an error say less than the line that has it.
  const told = open.filter(({ outcome }) => outcome !== 'unknown')
  const contacts = told.length > 0 ? told : open
  return [
    ...new Map(
      contacts.map((one) => [[one.outcome, one.address ?? '', renderSubject(one.about)].join('|'), one]),
    ).values(),
  ]
}

const endings: ReadonlySet<string> = new Set(['felix/in-sync', 'typha/connected', 'typha/resync-done'])

/** Lines that tell of the way from a client to Typha. */
const wrappers: ReadonlySet<string> = new Set([
  'typha/endpoint-failed',
  'typha/certificate-invalid',
  'typha/refused-us',
  'typha/all-failed',
  'typha/retrying',
  'felix/typha-connect-failed',
  'felix/typha-gave-up',
  'confd/typha-lost',
])

function contactOf(view: Reads<'pods'>, row: Fact<MessageRow>): readonly TyphaContact[] {
  const { message } = row
  const parts = flat(message)
  const detail = parts.find(({ id, params }) => outcomes[id] !== undefined && isTyphas(id, params))
  if (!wrappers.has(message.id) && detail !== message) return []
  const outcome = outcomes[detail?.id ?? ''] ?? 'unknown'
  if (!wrappers.has(message.id) && (outcome === 'certificate' || outcome === 'unknown')) return []
  const address = detail?.params.address ?? message.params.address
  return [
    {
      outcome,
      row,
      about: placeOfMessage(view, row),
      ...(address !== undefined && { address: host(address) }),
    },
  ]
}

/** Errors of the dialler say the port; those of TLS do not, and count only inside a line about Typha. */
const isTyphas = (id: string, { port }: Message['params']): boolean =>
  !id.startsWith('dial/') || port === String(typhaPort)

const outcomes: Readonly<Record<string, TyphaOutcome>> = {
  'dial/timeout': 'timed-out',
  'dial/no-route': 'no-route',
  'dial/unreachable': 'unreachable',
  'dial/refused': 'refused',
  'dial/reset': 'reset',
  'dial/not-permitted': 'not-permitted',
  'typha/certificate-invalid': 'certificate',
  'typha/certificate-name': 'certificate',
  'tls/unknown-authority': 'certificate',
  'tls/expired': 'certificate',
  'tls/wrong-name': 'certificate',
  'tls/legacy-common-name': 'certificate',
  'tls/remote-error': 'certificate',
  'tls/not-tls': 'certificate',
  'tls/key-mismatch': 'certificate',
}

/** The message and all that it quotes, outermost first. */
export const flat = (message: Message): readonly Message[] => [
  message,
  ...(message.inner ?? []).flatMap(flat),
]

/** Without the port that some lines leave on it. */
const host = (address: string): string =>
  address.replace(new RegExp(`:${typhaPort}$`), '').replace(/^\[|\]$/g, '')

const isOver = (view: Reads<'pods'>, { row, about }: TyphaContact, end: Fact<MessageRow>): boolean =>
  isSameSubject(about, placeOfMessage(view, end)) &&
  // Whose certificate is refused was connected each time.
  !(row.message.id === 'typha/refused-us' && end.message.id === 'typha/connected') &&
  end.atMs !== undefined &&
  row.atMs !== undefined &&
  end.atMs >= row.atMs

export const typhaPods = (view: Reads<'pods'>): readonly Fact<PodRow>[] =>
  view.rows('pods').filter((pod) => pod.component === 'calico-typha' && pod.deleting !== true)

/** Whether some Typha is ready; undefined where nobody showed one. */
export function isTyphaReady(view: Reads<'pods'>): boolean | undefined {
  const states = typhaPods(view).map(isReady)
  if (states.includes(true)) return true
  return states.length > 0 && states.every((one) => one === false) ? false : undefined
}

export const isKilledForMemory = ({ reason, lastTermination }: ContainerRow): boolean =>
  reason === 'OOMKilled' || lastTermination?.reason === 'OOMKilled'

/** Whether some Typha takes more memory than it may: then it is the limit that is not in order. */
export const isTyphaKilled = (view: Reads<'pods'>): boolean =>
  typhaPods(view).some(
    ({ containers, status }) => status === 'OOMKilled' || containers.some(isKilledForMemory),
  )

/** Who stands behind Typha's Service, as the API says. */
export const typhaEndpoints = (view: Reads<'endpoints'>): readonly Fact<EndpointsRow>[] =>
  view.rows('endpoints').filter(({ name, seenBy }) => isTyphaName(name) && seenBy === 'api')

/** The Deployment and the Service are called calico-typha everywhere, charts put a prefix before it. */
export const isTyphaName = (name: string | undefined): boolean =>
  name !== undefined && /(?:^|[/-])typha$/.test(name)

/** A pod of Typha's by its name, whatever Deployment it is of. */
export const isTyphaPodName = (name: string | undefined): boolean =>
  name !== undefined && /(?:^|-)typha-/.test(name)

/** The certificates with which Typha and its clients know each other. @see tigera/operator:pkg/render/typha.go (typha-certs, node-certs) */
export const isTyphaCertificate = ({ of, subject }: CertificateRow): boolean =>
  /typha|(?:^|\/)node-certs\b/.test(of) || /\btypha-(?:server|client)\b/.test(subject ?? '')
