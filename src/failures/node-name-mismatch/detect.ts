import type { Reads } from '#cluster/facts.ts'
import { isOfHostLocalNetwork } from '#cluster/node-addresses.ts'
import { isLocalhost, isSameMachine, ownNamesAt } from '#cluster/node-names.ts'
import { nodeOfMessage } from '#cluster/queries.ts'
import { envNamed } from '#cluster/settings.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, messageSigns, type Sign, sign } from '#diagnosis/signs.ts'
import { isStartHeldUp } from '#diagnosis/start-up.ts'
import { isBacked } from '#diagnosis/worth-saying.ts'
import { felixNames, twoEntries } from '#failures/node-name-mismatch/names.ts'

export interface NameState {
  /** The name that does not fit the others, where it was shown. */
  readonly name: string | undefined
}

export type Names =
  | 'messages'
  | 'pods'
  | 'nodes'
  | 'calicoNodes'
  | 'settings'
  | 'routes'
  | 'remarks'
  | 'attempts'

/**
 * Finds machines that Calico's programs, Kubernetes and Calico's datastore know under different names: short and fully qualified,
 * `localhost`, the one from before it was renamed.
 *
 * @see projectcalico/calico:node/pkg/lifecycle/utils/utils.go (DetermineNodeName)
 */
export const detector = defineDetector<NameState, Names>({
  needs: ['nodes', 'calicoNodes', 'messages'],
  uses: ['pods', 'settings', 'routes', 'remarks', 'attempts'],
  judges: 'node',
  detect: (view) => {
    const signs = [...said(view), ...twoEntries(view), ...felixNames(view), ...pluginNames(view)]
    return findingsOf([...signs, ...renamed(view, signs)], {
      judges: 'node',
      conclude: (own) =>
        isBacked(own, view, ['calico-node-start-failing'])
          ? {
              says: 'this machine is known under different names to Calico and to Kubernetes',
              state: { name: nameIn(view) },
            }
          : undefined,
    })
  },
  explains: explainsHere,
  // It registers itself at the end of its start-up.
  isHidden: (about, view) => isStartHeldUp(view, about),
})

const said = (view: Reads<Names>): readonly Sign[] =>
  messageSigns(
    view,
    {
      'startup/address-in-use': (row) => {
        const { other = '' } = row.message.params
        // Who quotes the line in a sentence about the other one has not named this one.
        const own = ownNamesAt(view, row).filter((name) => name !== other)
        const same = own.find((name) => isSameMachine(name, other))
        if (same !== undefined)
          return ['decisive', `${other} has the address: it is ${same} under another name`]
        if (isLocalhost(other)) return ['decisive', `a machine that was called ${other} has the address`]
        if (isGone(view, other))
          return ['strong', `${other} has the address, and Kubernetes has no node of this name`]
        // While nobody knows how this machine is called, the other one may be it.
        const isOpen =
          own.length === 0 && !isOfHostLocalNetwork(row.message.params.address ?? '') && !isThere(view, other)
        return [
          isOpen ? 'strong' : 'weak',
          `${other} has the address: perhaps this machine under an earlier name`,
        ]
      },
      'startup/node-resource-created': ({ message: { params } }) =>
        localhostSign(view, params.node, 'a new node is registered as'),
      'startup/starting': ({ message: { params } }) =>
        localhostSign(view, params.node, 'calico-node works as'),
      'startup/determined-node-name': ({ message: { params } }) =>
        localhostSign(view, params.node, 'calico-node works as'),
      'startup/using-node-name': ({ message: { params } }) =>
        localhostSign(view, params.node, 'calico-node works as'),
      'kubelet/node-not-found': ({ message: { params } }) => missingSign(params.node, 'kubelet'),
      'kubelet/node-unknown': ({ message: { params } }) => missingSign(params.node, 'kubelet'),
      'kube-proxy/node-missing': ({ message: { params } }) =>
        params.what === 'not found' ? missingSign(params.node, 'kube-proxy') : undefined,
      'kube-controllers/node-name-unknown': ['weak', 'a node of Calico’s has no node in Kubernetes'],
      'kube-controllers/node-unknown': ['weak', 'addresses belong to a node that Calico does not know'],
      'upgrade-ipam/no-node-name': ['weak', 'the init container was not told its node’s name'],
      'startup/address-changed': [
        'weak',
        'the node was registered with another address: several machines may have one name',
      ],
    },
    { ofAnyAge: true, endedBy: [] },
  )

/** A name that machines have when they lost theirs; taken from the host, nobody gave it on purpose. */
function localhostSign(
  view: Reads<Names>,
  name: string | undefined,
  says: string,
): readonly ['decisive' | 'strong', string] | undefined {
  if (name === undefined || !isLocalhost(name)) return undefined
  const isFromHost = view
    .rows('messages')
    .some(
      ({ message }) => message.id === 'startup/node-name-unset' || message.id === 'startup/node-name-guessed',
    )
  const others = view.rows('nodes').some((node) => !isLocalhost(node.name))
  return [isFromHost || others ? 'decisive' : 'strong', `${says} ${name}: the machine lost its name`]
}

const missingSign = (name: string | undefined, program: string): readonly ['strong' | 'weak', string] =>
  name !== undefined && isLocalhost(name)
    ? ['strong', `${program} takes its node to be ${name}`]
    : ['weak', `${program} finds no node ${name ?? ''}`]

/** Kubernetes' nodes were shown, and this is none of them. */
const isGone = (view: Reads<Names>, name: string): boolean =>
  view.rows('nodes').length > 0 && view.rows('nodes').every((node) => node.name !== name)

const isThere = (view: Reads<Names>, name: string): boolean =>
  view.rows('nodes').some((node) => node.name === name)

/** The CNI plugin’s configuration may hold a name of its own. */
const pluginNames = (view: Reads<Names>): readonly Sign[] =>
  view.rows('settings').flatMap((row) => {
    if (row.of !== 'cni' || !ofPlugin.has(row.name) || unset.has(row.value)) return []
    const known = [
      ...[...view.rows('nodes'), ...view.rows('calicoNodes')].map(({ name }) => name),
      ...view.rows('messages').flatMap((one) => ownNamesAt(view, one)),
    ]
    if (known.includes(row.value)) return []
    const same = known.find((name) => isSameMachine(name, row.value))
    if (same !== undefined)
      return [sign(row, 'decisive', `the CNI plugin calls itself ${row.value}, and the node is ${same}`)]
    const isOfKubernetes = envNamed(view, 'NODENAME').some(({ value }) => value === fromKubernetes)
    return isOfKubernetes
      ? [sign(row, 'weak', `the CNI plugin calls itself ${row.value}, and calico-node asks Kubernetes`)]
      : []
  })

const fromKubernetes = '<from fieldRef spec.nodeName>'

/** Nothing, or what install-cni puts the node's name in place of. */
const unset: ReadonlySet<string> = new Set(['', '__KUBERNETES_NODE_NAME__'])

/** Its own name by `nodename`; by `hostname` before 2.6. */
const ofPlugin: ReadonlySet<string> = new Set(['nodename', 'hostname'])

/** A machine that was renamed beside an address that is taken; alone it is only a hint. */
function renamed(view: Reads<Names>, signs: readonly Sign[]): readonly Sign[] {
  const isTaken = view.rows('messages').some(({ message }) => message.id === 'startup/address-in-use')
  return [
    ...view
      .rows('remarks')
      .filter(({ says }) => says === 'node-was-renamed')
      .map((row) => sign(row, isTaken ? 'strong' : 'weak', 'the machine was renamed')),
    ...view
      .rows('remarks')
      .filter(({ says }) => says === 'known-by-two-names')
      .map((row) => sign(row, 'strong', 'a short name of the machine is said to stand beside its full one')),
    ...view
      .rows('attempts')
      .filter(({ act, outcome }) => signs.length > 0 && act === 'delete-node-entry' && outcome === 'cured')
      .map((row) => sign(row, 'weak', 'it was cured by deleting the other entry')),
  ]
}

const nameIn = (view: Reads<Names>): string | undefined => {
  const row = view.rows('messages').find(({ message }) => message.id === 'startup/node-resource-created')
  return row === undefined ? undefined : (row.message.params.node ?? nodeOfMessage(view, row))
}
