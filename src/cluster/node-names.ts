/** Names of machines: one machine has several, and some names belong to no machine in particular. */
import type { Fact, Reads } from '#cluster/facts.ts'
import { isReady, nodeOfMessage, placeOfMessage } from '#cluster/queries.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { isSameSubject } from '#cluster/subjects.ts'

/** Whether two different names are those of one machine: short and fully qualified, or in another letter case. */
export function isOtherNameOf(a: string, b: string): boolean {
  const [one, other] = [plain(a), plain(b)]
  if (a === b || one === '' || other === '') return false
  return one === other || one.startsWith(`${other}.`) || other.startsWith(`${one}.`)
}

const plain = (name: string): string => name.trim().toLowerCase()

/** Whether every machine that lost its name has this one: `localhost`, `localhost.localdomain`. */
export const isLocalhost = (name: string): boolean => /^localhost\d?(?:\.|$)/.test(plain(name))

/** Two names for one machine, of which one may be what a machine calls itself that lost its name. */
export const isSameMachine = (a: string, b: string): boolean =>
  isOtherNameOf(a, b) || (a !== b && (isLocalhost(a) || isLocalhost(b)))

/** Messages with which a calico-node says under which name it works. */
const naming = [
  'startup/starting',
  'startup/determined-node-name',
  'startup/using-node-name',
  'startup/node-resource-created',
  'startup/node-name-from-environment',
  'startup/node-name-stored',
]

/** The names under which the calico-node that printed a message works, by its own log or by its pod. */
export function ownNamesAt(facts: Reads<'messages' | 'pods'>, row: Fact<MessageRow>): readonly string[] {
  const place = placeOfMessage(facts, row)
  const said = facts
    .rows('messages')
    .filter((one) => naming.includes(one.message.id) && isSameSubject(placeOfMessage(facts, one), place))
    .flatMap(({ message }) => message.params.node ?? [])
  return [...new Set([...said, nodeOfMessage(facts, row) ?? ''])].filter((name) => name !== '')
}

/** Whether calico-node is known to be ready somewhere that this message may come from. */
export const isSomeReady = (facts: Reads<'pods'>): boolean =>
  facts.rows('pods').some((pod) => pod.component === 'calico-node' && isReady(pod) === true)
