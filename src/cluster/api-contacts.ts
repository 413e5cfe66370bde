/**
 * Failed ways to the Kubernetes API, whoever tells of them: the CNI plugin, its installer, calico-node or a pod. Many modes
 * share one error text; what tells them apart is who says it, of which address, and in how many places.
 */
import { type ApiCaller, type ApiOutcome, callerOf, elsewhere, outcomes } from '#cluster/api-callers.ts'
import type { Fact, Reads, Subject } from '#cluster/facts.ts'
import type { Message } from '#cluster/messages.ts'
import { placeOfMessage } from '#cluster/queries.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { isSameSubject, renderSubject } from '#cluster/subjects.ts'
import { isRecent } from '#cluster/symptoms/recency.ts'

export interface ApiContact {
  readonly by: ApiCaller
  readonly outcome: ApiOutcome
  /** The server that was asked, where it was said. */
  readonly address?: string
  readonly port?: string
  /** The message that names the outcome. */
  readonly detail: Message
  readonly row: Fact<MessageRow>
  readonly about: Subject
}

/** What was told within ten minutes and is not over. One contact for each line, by the closest caller that is known. */
export function apiContacts(view: Reads<'messages' | 'pods'>): readonly ApiContact[] {
  const rows = view.rows('messages')
  const pods = view.rows('pods')
  const known = contactsOf.get(rows)
  if (known?.pods === pods && known.observedAtMs === view.observedAtMs) return known.contacts
  const contacts = contactsIn(view, rows)
  contactsOf.set(rows, { pods, observedAtMs: view.observedAtMs, contacts })
  return contacts
}

/** Several modes ask, of the same rows. */
const contactsOf = new WeakMap<
  readonly Fact<MessageRow>[],
  {
    readonly pods: readonly object[]
    readonly observedAtMs: number
    readonly contacts: readonly ApiContact[]
  }
>()

function contactsIn(
  view: Reads<'messages' | 'pods'>,
  rows: readonly Fact<MessageRow>[],
): readonly ApiContact[] {
  const ends = rows.filter(({ message }) => endings.has(message.id))
  const others = rows.filter(({ message }) => isOfAnother(message))
  const present = { ...view, observedAtMs: presentOf(view, rows) }
  const all = rows
    .filter(
      (row) => isRecent(present, row.atMs) && !others.some((other) => other === row || quotes(other, row)),
    )
    .flatMap((row) => contactOf(view, row, rows))
    .filter((one) => !ends.some((end) => isOver(view, one, end)))
  const told = all.filter(({ by }) => by !== 'other')
  const unknown = all.filter((one) => one.by === 'other' && !told.some((other) => isSame(other, one)))
  return closest(distinct([...told, ...unknown]))
}

/** Who complains shows what was last seen, though it may be an event of an hour ago. */
function presentOf(view: Reads<'messages'>, rows: readonly Fact<MessageRow>[]): number {
  const newest = rows.reduce((latest, { atMs = 0 }) => Math.max(latest, atMs), 0)
  return view.isComplaint === true && newest > 0 ? newest : view.observedAtMs
}

/** Who says so had an answer of the API server's, though not the one that was hoped for. */
const answers: ReadonlySet<ApiOutcome> = new Set(['unauthorized', 'forbidden'])

/** Whether programs of this place fail before the API server could tell them what it thinks of their tokens and rights. */
export const isApiOutOfReach = (view: Reads<'messages' | 'pods'>, about: Subject): boolean =>
  apiContacts(view).some((one) => !answers.has(one.outcome) && isSameSubject(one.about, about))

/** The way to the API server works (again). */
const endings: ReadonlySet<string> = new Set([
  'startup/datastore-ready',
  'kube-controllers/datastore-ready',
  'felix/in-sync',
  'confd/in-sync',
])

const isOfAnother = (message: Message): boolean => {
  const parts = flat(message)
  // The server speaks of a client's certificate, and not of its own.
  if (message.id === 'apiserver/authentication-failed' && parts.some(({ id }) => id.startsWith('tls/')))
    return true
  return parts.some(({ id }) => elsewhere.has(id) || (id === probe && !isOfApi(parts, targetOf(parts))))
}

const probe = 'kubelet/probe-failed'

/** What a line quotes stands as a row of its own, too. */
const quotes = (whole: Fact<MessageRow>, part: Fact<MessageRow>): boolean =>
  flat(whole.message).some(
    ({ id, params }) => id === part.message.id && isEqual(params, part.message.params),
  ) || isOneLine(whole, part)

const isOneLine = (a: Fact<MessageRow>, b: Fact<MessageRow>): boolean =>
  a.from.quote !== undefined && a.from.quote === b.from.quote && a.from.source === b.from.source

const isEqual = (a: Message['params'], b: Message['params']): boolean =>
  Object.keys(a).length === Object.keys(b).length &&
  Object.entries(a).every(([key, value]) => b[key] === value)

function contactOf(
  view: Reads<'pods'>,
  row: Fact<MessageRow>,
  rows: readonly Fact<MessageRow>[],
): readonly ApiContact[] {
  const parts = flat(row.message)
  const detail = parts.find(({ id }) => outcomes[id] !== undefined)
  const outcome = detail === undefined ? undefined : outcomes[detail.id]
  if (detail === undefined || outcome === undefined) return []
  const target = targetOf(parts)
  if (!isOfApi(parts, target)) return []
  const own = callerOf(view, row)
  // The wrapper on the same line knows who speaks.
  const by =
    own !== 'other'
      ? own
      : (rows
          .filter((one) => isOneLine(one, row))
          .map((one) => callerOf(view, one))
          .find((one) => one !== 'other') ?? own)
  return [{ by, outcome, detail, row, about: placeOfMessage(view, row), ...target }]
}

/** Health checks, DNS and what pods ask each other fail with the same words: the path or the port tells. */
const isOfApi = (parts: readonly Message[], { port }: Pick<ApiContact, 'port'>): boolean =>
  port === undefined ||
  port === '443' ||
  port === '6443' ||
  parts.some(
    ({ id }) => id === 'api/request-failed' || id === 'api/list-failed' || id === 'kubectl/unable-to-connect',
  )

/** The message and all that it quotes, outermost first. */
const flat = (message: Message): readonly Message[] => [message, ...(message.inner ?? []).flatMap(flat)]

function targetOf(parts: readonly Message[]): Pick<ApiContact, 'address' | 'port'> {
  for (const { id, params } of parts) {
    if (params.address !== undefined && (id === 'api/request-failed' || outcomes[id] !== undefined))
      return serverAt(params.address, params.port ?? '443')
    const url =
      /^(?:Get ")?(?<scheme>https?):\/\/(?<address>\[[^\]]{2,45}\]|[\w.-]{1,253})(?::(?<port>\d{1,5}))?/.exec(
        params.url ?? params.output ?? '', // a probe's output begins with what the kubelet asked
      )?.groups
    if (url?.address !== undefined)
      return serverAt(url.address, url.port ?? (url.scheme === 'http' ? '80' : '443'))
  }
  return {}
}

const serverAt = (address: string, port: string): Pick<ApiContact, 'address' | 'port'> => ({
  address: address.replace(/^\[|\]$/g, ''),
  port,
})

const isOver = (view: Reads<'pods'>, one: ApiContact, end: Fact<MessageRow>): boolean =>
  isSameSubject(one.about, placeOfMessage(view, end)) &&
  end.atMs !== undefined &&
  one.row.atMs !== undefined &&
  end.atMs >= one.row.atMs

/** The bare error of a contact whose caller is known. */
const isSame = (a: ApiContact, b: ApiContact): boolean =>
  a.outcome === b.outcome && (b.address === undefined || a.address === undefined || a.address === b.address)

/** Of several messages in one line, the one that quotes most. */
const distinct = (contacts: readonly ApiContact[]): readonly ApiContact[] => [
  ...new Map(
    contacts
      .toSorted((a, b) => flat(a.row.message).length - flat(b.row.message).length)
      .map((one) => [
        [one.by, one.outcome, one.address, renderSubject(one.about), one.row.from.quote].join('|'),
        one,
      ]),
  ).values(),
]

/** What one line tells with the server's address and, in a part of it, without. */
const closest = (contacts: readonly ApiContact[]): readonly ApiContact[] =>
  contacts.filter(
    (one) =>
      one.address !== undefined ||
      !contacts.some(
        (other) =>
          other.address !== undefined &&
          other.by === one.by &&
          isSame(other, one) &&
          isSameSubject(other.about, one.about),
      ),
  )
