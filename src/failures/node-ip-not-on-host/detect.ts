import {
  bareAddress,
  familyOf,
  holds,
  isNetworkAddress,
  isRoutable,
  oddInterface,
} from '#cluster/addresses.ts'
import { bgpErrors } from '#cluster/bgp-sessions.ts'
import type { Reads } from '#cluster/facts.ts'
import { prescribedAddresses, registeredAddresses } from '#cluster/node-addresses.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsPeers } from '#diagnosis/explains-peers.ts'
import { findingsOf, messageSigns, type Sign, sign } from '#diagnosis/signs.ts'
import { isBacked } from '#diagnosis/worth-saying.ts'

export interface NotOnHostState {
  /** The address that the host lacks. */
  readonly address: string | undefined
}

type Names =
  | 'messages'
  | 'pods'
  | 'nodes'
  | 'calicoNodes'
  | 'settings'
  | 'links'
  | 'bgpSessions'
  | 'remarks'
  | 'attempts'

/**
 * Finds nodes that are registered with (or told to use) an address that none of their interfaces has: BIRD cannot bind to it and
 * Felix finds no device for its tunnels.
 *
 * @see projectcalico/calico:node/pkg/lifecycle/startup/startup.go (validateIP)
 * @see projectcalico/calico:felix/dataplane/linux/vxlan_mgr.go (getParentInterface)
 */
export const detector = defineDetector<NotOnHostState, Names>({
  needs: ['messages', 'calicoNodes'],
  uses: ['pods', 'nodes', 'settings', 'links', 'bgpSessions', 'remarks', 'attempts'],
  judges: 'node',
  detect: (view) => {
    const signs = [
      ...said(view),
      ...unbindable(view),
      ...missingOnLinks(view),
      ...networkAddresses(view),
      ...saidOld(view),
    ]
    const refused = messageSigns(
      view,
      { 'startup/address-in-use': ['against', 'start-up refuses the address, as another node has it'] },
      { endedBy: ['startup/succeeded'], ofAnyAge: true },
    )
    const around = [...renumbered(view, signs.length > 0), ...told(view)]
    return findingsOf([...signs, ...around, ...(signs.length === 0 ? [] : refused)], {
      judges: 'node',
      conclude: (own) =>
        // What start-up refused, the node is not registered with.
        !own.some((one) => refused.includes(one)) &&
        isBacked(own, view, ['bgp-session-down', 'dataplane-not-programmed'])
          ? {
              says: 'this node is registered with an address that none of its interfaces has',
              state: { address: addressIn(view) },
            }
          : undefined,
    })
  },
  explains: explainsPeers,
})

const ended = ['felix/tunnel-configured', 'startup/address-autodetected']

const said = (view: Reads<Names>): readonly Sign[] =>
  messageSigns(
    view,
    {
      'startup/address-not-on-host': ({ message: { params } }) => [
        'decisive',
        `start-up finds ${params.address ?? 'the address'} on none of the host’s interfaces`,
      ],
      'startup/interface-mask-unknown': ({ message: { params } }) => [
        'decisive',
        `no interface of the host has ${params.address ?? 'the address'}`,
      ],
      'felix/parent-device-missing': ({ message: { params } }) => [
        'decisive',
        `Felix finds no interface with ${params.address ?? 'the registered address'}`,
      ],
      'felix/tunnel-parent-missing': ['strong', 'Felix finds no interface with the registered address'],
      'bgp/local-address-invalid': ({ message: { params } }) => [
        'decisive',
        `BIRD cannot speak from ${params.address ?? 'its address'}: the host does not have it`,
      ],
      'startup/address-kept': ['weak', 'no address was detected, and the stored one stays'],
      'startup/address-changed': ['weak', 'the node was registered with another address before'],
    },
    { endedBy: ended },
  )

/** `bind: Address not available`: glibc and musl have different words for one error. */
const unbindable = (view: Reads<Names>): readonly Sign[] =>
  bgpErrors(view, 'bgp/socket-error', 'bird/peer-socket-error', 'bird/listen-failed').flatMap(
    ({ message, about, from }) =>
      unavailable.has(message.params.error ?? '')
        ? [
            sign(
              { from },
              'decisive',
              'BIRD cannot bind to the node’s address: the host does not have it',
              about,
            ),
          ]
        : [],
  )

const unavailable = new Set(['Cannot assign requested address', 'Address not available'])

/** Registered and prescribed addresses against all interfaces of that host. */
function missingOnLinks(view: Reads<Names>): readonly Sign[] {
  return [...registeredAddresses(view), ...prescribedAddresses(view)].flatMap(({ node, address, from }) => {
    const own = addressesOf(view, node)
    if (own === undefined || familyOf(address) !== 4 || own.includes(address)) return []
    return [
      sign(
        { from },
        'decisive',
        `${address} is on none of the host’s interfaces (${own.join(', ')})`,
        nodeSubject(node),
      ),
    ]
  })
}

/** The address of the subnet itself was taken for the node's own. In a /31 both are addresses of machines: one of them is another's. */
const networkAddresses = (view: Reads<Names>): readonly Sign[] =>
  registeredAddresses(view).flatMap(({ node, address, cidr, internalIp, from }) => {
    if (!isNetworkAddress(cidr) || address === internalIp) return []
    const own = [internalIp, ...shownAddresses(view, node)].find(
      (one) => one !== undefined && one !== address && holds(cidr, one),
    )
    const about = nodeSubject(node)
    if (own !== undefined)
      return [
        sign({ from }, 'decisive', `${cidr} is the subnet of the node’s own ${own}, not its address`, about),
      ]
    return cidr.endsWith('/31')
      ? []
      : [sign({ from }, 'strong', `${cidr} is a subnet, and no address in it`, about)]
  })

/** Addresses of a host's interfaces, as far as they were shown. */
const shownAddresses = (view: Reads<'links'>, node: string): readonly string[] =>
  view
    .rows('links')
    .filter((link) => link.in === 'host' && (link.node === node || link.node === '' || node === ''))
    .flatMap(({ addresses = [] }) => addresses.map(bareAddress))

/** All IPv4 addresses of a host whose interfaces were listed from loopback on; undefined where that was not shown. */
function addressesOf(view: Reads<Names>, node: string): readonly string[] | undefined {
  const links = view.rows('links').filter((link) => link.in === 'host' && link.node === node)
  const addresses = links.flatMap((link) => (link.addresses ?? []).map((one) => ({ link: link.name, one })))
  const isWhole = links.some(({ name }) => name === 'lo')
  const isReal = addresses.some(
    ({ link, one }) => oddInterface(link) === undefined && isRoutable(one) && familyOf(one) === 4,
  )
  if (node === '' && registeredAddresses(view).length > 1) return undefined
  return isWhole && isReal
    ? addresses
        .filter(({ one }) => familyOf(one) === 4 && isRoutable(one))
        .map(({ one }) => one.split('/')[0] ?? one)
    : undefined
}

/** Somebody says that Calico still has the address from before. */
const saidOld = (view: Reads<Names>): readonly Sign[] =>
  view
    .rows('remarks')
    .filter(({ says }) => says === 'old-address-registered')
    .map((row) => sign(row, 'strong', 'Calico is said to have the address from before a change'))

/** Somebody says that the address changed; with another InternalIP beside it that is what is wrong. */
function renumbered(view: Reads<Names>, isTold: boolean): readonly Sign[] {
  const stale = registeredAddresses(view).filter(
    ({ address, internalIp }) => internalIp !== undefined && internalIp !== address,
  )
  return view
    .rows('remarks')
    .filter(({ says }) => says === 'address-was-changed')
    .flatMap((row) => {
      const [one] = stale
      if (one !== undefined)
        return [
          sign(
            row,
            'strong',
            `the address was changed, and ${one.address} is still registered`,
            nodeSubject(one.node),
          ),
        ]
      return isTold || view.isComplaint ? [sign(row, 'weak', 'the address of the machine was changed')] : []
    })
}

const told = (view: Reads<Names>): readonly Sign[] =>
  view
    .rows('attempts')
    .filter(({ act, outcome }) => act === 'restart-calico-node' && outcome === 'cured')
    .map((row) => sign(row, 'weak', 'a restart of calico-node cured it'))

const addressIn = (view: Reads<Names>): string | undefined =>
  view
    .rows('messages')
    .find(
      ({ message }) =>
        message.id === 'startup/address-not-on-host' || message.id === 'felix/parent-device-missing',
    )?.message.params.address
