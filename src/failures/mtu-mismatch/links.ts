/** Arithmetic over the interfaces of each node: what a pod may send, what a tunnel adds, what a card can carry. */
import { bareAddress } from '#cluster/addresses.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import type { IpPoolRow, LinkRow } from '#cluster/relations.ts'
import { isCard, isPodLink, isTunnelUp, type Tunnel, tunnelNamed } from '#cluster/tunnels.ts'
import { type Sign, sign } from '#diagnosis/signs.ts'

export type LinkReads = 'links' | 'nodes' | 'routes' | 'ipPools'

type Sized = Fact<LinkRow> & { readonly mtuBytes: number }

export const linkSigns = (view: Reads<LinkReads>): readonly Sign[] =>
  [...Map.groupBy(sized(view), ({ node }) => node).values()].flatMap((links) => ofNode(links, view))

/** What the cards between nodes carry, where every node that was shown agrees; undefined where nobody knows. */
export function cardBytes(view: Reads<LinkReads>): Sized | undefined {
  const cards = [...Map.groupBy(sized(view), ({ node }) => node).values()].flatMap(
    (links) => cardOf(links, view) ?? [],
  )
  return cards.toSorted((a, b) => a.mtuBytes - b.mtuBytes)[0]
}

const sized = (view: Reads<'links'>): readonly Sized[] =>
  view
    .rows('links')
    .flatMap((row) => (row.mtuBytes === undefined ? [] : [{ ...row, mtuBytes: row.mtuBytes }]))

function ofNode(links: readonly Sized[], view: Reads<LinkReads>): readonly Sign[] {
  const tunnels = links.flatMap((link) => {
    const tunnel = tunnelNamed(link.name)
    return tunnel === undefined || !isUsed(link, tunnel, view.rows('ipPools')) ? [] : [{ link, tunnel }]
  })
  const [pod] = links.filter(isPods).toSorted((a, b) => b.mtuBytes - a.mtuBytes)
  const card = cardOf(links, view)
  return [
    ...tunnels.flatMap(({ link, tunnel }) => [...overCard(link, tunnel, card), ...podOver(pod, link)]),
    ...podOver(pod, card),
    ...ofIdle(links, pod, view.rows('ipPools')),
  ]
}

/** The kernel gives its tunl0 this; another one was set by Felix, for pods that were to use it. */
const kernelsBytes = 1480

function ofIdle(
  links: readonly Sized[],
  pod: Sized | undefined,
  pools: readonly IpPoolRow[],
): readonly Sign[] {
  const idle = links.find(
    (link) => link.name === 'tunl0' && !isTunnelUp(link) && link.mtuBytes !== kernelsBytes,
  )
  const isUnused =
    pools.some(({ disabled }) => !disabled) &&
    pools.every(({ encapsulation }) => !encapsulation.startsWith('ipip'))
  return idle === undefined || pod === undefined || isUnused || pod.mtuBytes <= idle.mtuBytes
    ? []
    : [sign(pod, 'strong', `pods send packets of ${pod.mtuBytes} bytes; tunl0 was set to ${idle.mtuBytes}`)]
}

/** A pod's end on the host, or its card as it sees it. */
const isPods = ({ name, in: where }: LinkRow): boolean =>
  where === 'pod' ? name.startsWith('eth') : isPodLink(name)

/** Up; and of a kind that some pool uses, where the pools are known. */
function isUsed(link: LinkRow, { kind }: Tunnel, pools: readonly IpPoolRow[]): boolean {
  if (!isTunnelUp(link)) return false
  const known = pools.filter(({ disabled }) => !disabled)
  return (
    kind === 'wireguard' ||
    known.length === 0 ||
    known.some(({ encapsulation }) => encapsulation.startsWith(kind))
  )
}

function overCard(link: Sized, { overheadBytes }: Tunnel, card: Sized | undefined): readonly Sign[] {
  if (card === undefined || link.mtuBytes + overheadBytes <= card.mtuBytes) return []
  const says = `${link.name} takes packets of ${link.mtuBytes} bytes and adds ${overheadBytes}; ${card.name} carries ${card.mtuBytes}`
  return [sign(link, 'decisive', says), sign(card, 'weak', `${card.name} carries ${card.mtuBytes} bytes`)]
}

function podOver(pod: Sized | undefined, way: Sized | undefined): readonly Sign[] {
  if (pod === undefined || way === undefined || pod.mtuBytes <= way.mtuBytes) return []
  const says = `pods send packets of ${pod.mtuBytes} bytes; ${way.name} takes ${way.mtuBytes}`
  return [sign(pod, 'decisive', says), sign(way, 'weak', `${way.name} takes ${way.mtuBytes} bytes`)]
}

/**
 * The card by which traffic to other nodes leaves: the tunnel's parent, the one with the node's address or the default route;
 * of several without any of these, the largest, so that a small one beside it proves nothing.
 */
function cardOf(links: readonly Sized[], view: Reads<LinkReads>): Sized | undefined {
  const cards = links.filter((link) => isCard(link) && link.flags.includes('UP'))
  const parents = new Set(links.map(({ vxlan }) => vxlan?.parent))
  const node = links[0]?.node
  const address = view.rows('nodes').find(({ name }) => name === node)
  const own = [address?.calicoIpv4, address?.internalIp].flatMap((one) =>
    one === undefined ? [] : [bareAddress(one)],
  )
  const byDefault = view
    .rows('routes')
    .find((row) => row.node === node && row.in === 'host' && row.destination === 'default')
  return (
    cards.find(({ name }) => parents.has(name)) ??
    cards.find(({ addresses = [] }) => addresses.some((one) => own.includes(bareAddress(one)))) ??
    cards.find(({ name }) => name === byDefault?.dev) ??
    cards.toSorted((a, b) => b.mtuBytes - a.mtuBytes)[0]
  )
}
