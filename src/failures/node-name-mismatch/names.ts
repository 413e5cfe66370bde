/** Names in tables and in Felix's parameters, against each other. */
import type { Fact, Reads } from '#cluster/facts.ts'
import { registeredAddresses } from '#cluster/node-addresses.ts'
import { isLocalhost, isSameMachine } from '#cluster/node-names.ts'
import { nodeOfMessage, placeOfMessage } from '#cluster/queries.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import { isRecent } from '#cluster/symptoms/recency.ts'
import { type Sign, sign } from '#diagnosis/signs.ts'

type Reading = Reads<'messages' | 'pods' | 'nodes' | 'calicoNodes' | 'settings' | 'routes'>

/** Calico's entries against each other, and against Kubernetes'. */
export function twoEntries(view: Reading): readonly Sign[] {
  const kubernetes = view.rows('nodes').map(({ name }) => name)
  const calico = view.rows('calicoNodes').filter(({ name }) => name !== '')
  return calico.flatMap(({ name, from }) => {
    if (kubernetes.includes(name)) return []
    const other =
      kubernetes.find((one) => isSameMachine(one, name)) ??
      calico.find(
        (one) => one.name !== name && isSameMachine(one.name, name) && isAtOneAddress(view, one.name, name),
      )?.name
    if (other !== undefined)
      return [sign({ from }, 'decisive', `Calico knows ${name}, which is ${other}`, nodeSubject(other))]
    return isLocalhost(name) && calico.length > 1
      ? [sign({ from }, 'strong', `one of Calico’s nodes is ${name}`, nodeSubject(name))]
      : []
  })
}

/** `localhost` may be any of them: only the address tells. Other names tell by themselves. */
function isAtOneAddress(view: Reading, a: string, b: string): boolean {
  if (!isLocalhost(a) && !isLocalhost(b)) return true
  const [one, other] = [a, b].map(
    (name) => registeredAddresses(view).find(({ node }) => node === name)?.address,
  )
  return one !== undefined && one === other
}

/** `FelixHostname` against the names that the node has elsewhere. */
export const felixNames = (view: Reading): readonly Sign[] =>
  view
    .rows('messages')
    .filter(
      ({ message, atMs }) =>
        (message.id === 'felix/parameter' || message.id === 'felix/parameter-read') &&
        message.params.parameter === 'FelixHostname' &&
        isRecent(view, atMs),
    )
    .flatMap((row) => {
      const name = row.message.params.value ?? ''
      const found = hostnameSign(view, row, name)
      return found === undefined ? [] : [sign(row, found[0], found[1], placeOfMessage(view, row))]
    })

function hostnameSign(
  view: Reading,
  row: Fact<MessageRow>,
  name: string,
): readonly [Sign['weight'], string] | undefined {
  const known = [...view.rows('nodes'), ...view.rows('calicoNodes')]
    .map((node) => node.name)
    .filter((one) => one !== '')
  const own = nodeOfMessage(view, row)
  if (own !== undefined && own !== name) return ['decisive', `Felix calls itself ${name} on ${own}`]
  if (known.includes(name)) return undefined
  const same = known.find((one) => isSameMachine(one, name))
  if (same !== undefined) return ['decisive', `Felix calls itself ${name}, and the node is ${same}`]
  if (known.length > 0 || isLocalhost(name))
    return ['strong', `Felix calls itself ${name}, which is no node’s name`]
  const isDefault = row.message.params.from === 'None'
  return isDefault && hasNoPodRoutes(view)
    ? [
        'strong',
        `nobody told Felix its name, it takes the host’s (${name}), and no pod of the node has a route`,
      ]
    : ['weak', `Felix calls itself ${name}`]
}

/** The node has a block, and no route into it leads to a pod: Felix knows none of the node's endpoints. */
function hasNoPodRoutes(view: Reading): boolean {
  const routes = view.rows('routes').filter((route) => route.in === 'host')
  const hasBlock = routes.some(({ type, proto }) => type === 'blackhole' && proto === 'bird')
  return hasBlock && !routes.some(({ dev }) => dev?.startsWith('cali'))
}
