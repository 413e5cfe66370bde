import type { LinkState } from '#lab/network/devices.ts'
import type { Link } from '#lab/network/ports.ts'

/** A namespace's links as programs see them: each the same value, and all of them the same list, for as long as they say the same. */
export class ShownLinks {
  #list: readonly Link[] = []

  of(links: ReadonlyMap<string, LinkState>): readonly Link[] {
    const list: Link[] = []
    let isSame = links.size === this.#list.length
    for (const link of links.values()) {
      const shown = shownOf(link)
      if (shown !== this.#list[list.length]) isSame = false
      list.push(shown)
    }
    if (!isSame) this.#list = list
    return this.#list
  }
}

function shownOf(link: LinkState): Link {
  const known = link.shown
  if (known !== undefined && saysSame(known, link)) return known
  const { name, kind, up, mtuBytes, mac, tunnel } = link
  const carrier = hasCarrier(link)
  link.shown = { name, kind, up, carrier, mtuBytes, mac, ...(tunnel === undefined ? {} : { tunnel }) }
  return link.shown
}

const saysSame = (shown: Link, link: LinkState): boolean =>
  shown.up === link.up &&
  shown.mtuBytes === link.mtuBytes &&
  shown.mac === link.mac &&
  shown.tunnel === link.tunnel &&
  shown.carrier === hasCarrier(link)

export const hasCarrier = (link: LinkState): boolean => {
  if (!link.up) return false
  if (link.kind === 'veth') return link.peer?.link.up ?? false
  return link.kind !== 'ether' || (link.port?.up ?? false)
}
