/** What the addresses themselves tell: registered with Calico, on links, and complained of by peers. */
import { bareAddress, familyOf, isAlone, isHostLocalNetwork, oddInterface } from '#cluster/addresses.ts'
import { autodetectionMethods, isChosen } from '#cluster/autodetection.ts'
import { peersDown } from '#cluster/bgp-sessions.ts'
import type { Reads } from '#cluster/facts.ts'
import {
  isOfHostLocalNetwork,
  type RegisteredAddress,
  registeredAddresses,
  unreachableAddress,
} from '#cluster/node-addresses.ts'
import { nodeWithAddress } from '#cluster/queries.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import { type Sign, sign } from '#diagnosis/signs.ts'

export type Reading = Reads<
  'nodes' | 'calicoNodes' | 'settings' | 'links' | 'messages' | 'pods' | 'bgpSessions'
>

/** Signs of nodes whose registered address is shown. */
export function registeredSigns(view: Reading): readonly Sign[] {
  const all = registeredAddresses(view)
  const complained = new Set(peersDown(view).map(({ address }) => address))
  return all.flatMap((one) => {
    const found = signOf(one, { view, all, isComplained: complained.has(one.address) })
    return found === undefined ? [] : [found]
  })
}

interface Around {
  readonly view: Reading
  readonly all: readonly RegisteredAddress[]
  readonly isComplained: boolean
}

function signOf(one: RegisteredAddress, { view, all, isComplained }: Around): Sign | undefined {
  const { address, internalIp, from } = one
  const about = nodeSubject(one.node)
  if (internalIp === address) return undefined
  const device = oddDeviceWith(view, address)
  if (device !== undefined)
    return sign({ from }, 'decisive', `registered with ${address}, which is of ${device}`, about)
  const differs = internalIp !== undefined
  const nodes = differs ? ` instead of its InternalIP ${internalIp}` : ''
  if (isOfHostLocalNetwork(address)) {
    const why = unreachableAddress(address) ?? 'of a network that hosts have inside themselves'
    const says = `registered with ${address}${nodes}: ${why}`
    if (differs || isOddOneOut(one, all)) return sign({ from }, 'decisive', says, about)
    if (all.some((other) => other.node !== one.node)) return undefined
    return sign({ from }, unreachableAddress(address) === undefined ? 'weak' : 'strong', says, about)
  }
  const second = secondAddress(view, one)
  if (second !== undefined) return sign({ from }, 'strong', `registered with ${address}, ${second}`, about)
  if (!differs) return undefined
  if (isComplained)
    return sign({ from }, 'strong', `peers do not reach ${address}, registered${nodes}`, about)
  return isAlone(one.cidr)
    ? sign(
        { from },
        'strong',
        `registered with ${one.cidr}${nodes}: an address without a network, as VPNs give`,
        about,
      )
    : sign({ from }, 'weak', `registered with ${address}${nodes}`, about)
}

/** Beside a card's address with its network it is one that was added to it: a virtual one, which moves from machine to machine. */
function secondAddress(view: Reading, { address, cidr }: RegisteredAddress): string | undefined {
  const link = view
    .rows('links')
    .find((each) => each.in === 'host' && each.addresses?.some((own) => bareAddress(own) === address))
  const written = link?.addresses?.find((own) => bareAddress(own) === address) ?? cidr
  const main = link?.addresses?.find((own) => familyOf(own) === 4 && !isAlone(own))
  return link !== undefined && main !== undefined && familyOf(address) === 4 && isAlone(written)
    ? `a second address of ${link.name} beside ${main}`
    : undefined
}

/** Others are registered, and all of them in networks that machines share. */
const isOddOneOut = (one: RegisteredAddress, all: readonly RegisteredAddress[]): boolean => {
  const others = all.filter(({ address }) => address !== one.address)
  return others.length > 0 && others.every(({ address }) => !isOfHostLocalNetwork(address))
}

/** `docker0 (a bridge of Docker …)`: the device that holds this address, where peers do not reach what it holds. */
function oddDeviceWith(view: Reading, address: string): string | undefined {
  const link = view
    .rows('links')
    .find((one) => one.in === 'host' && one.addresses?.some((own) => own.split('/')[0] === address))
  const why = link === undefined ? undefined : oddInterface(link.name)
  if (link === undefined || why === undefined || isChosen(autodetectionMethods(view), link.name))
    return undefined
  return `${link.name} (${why})`
}

/** Signs of peers that are complained of, whose node is mostly not shown. */
export function peerSigns(view: Reading): readonly Sign[] {
  const peers = peersDown(view)
  return peers.flatMap(({ address, from }) => {
    const registered = registeredAddresses(view).find((one) => one.address === address)
    // Whose address was shown is judged by it.
    if (registered !== undefined || isInternalIp(view, address)) return []
    const about = nodeSubject(nodeWithAddress(view, address)?.name)
    const device = oddDeviceWith(view, address)
    if (device !== undefined)
      return [sign({ from }, 'decisive', `a peer is known as ${address}, which is of ${device}`, about)]
    const why = unreachableAddress(address)
    if (why !== undefined) return [sign({ from }, 'strong', `a peer is known by ${address}: ${why}`, about)]
    const others = peers.some((other) => !isOfHostLocalNetwork(other.address))
    if (isHostLocalNetwork(address))
      return [
        sign(
          { from },
          others ? 'strong' : 'weak',
          `a peer is known by ${address}, of a network that hosts have inside themselves`,
          about,
        ),
      ]
    return [sign({ from }, 'weak', 'a peer does not answer at its registered address', about)]
  })
}

const isInternalIp = (view: Reads<'nodes'>, address: string): boolean =>
  view.rows('nodes').some(({ internalIp }) => internalIp === address)
