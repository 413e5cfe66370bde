import type { Devices } from '#lab/network/devices.ts'
import { defaultSysctl } from '#lab/network/sysctl-defaults.ts'

/** The `net.*` parameters of one namespace: what was set there, and the kernel's defaults. */
export class Sysctls {
  readonly #set = new Map<string, string>()
  /** Those of each link. */
  readonly #ofLink = new Map<string, Set<string>>()
  readonly #links: Pick<Devices, 'has'>

  constructor(links: Pick<Devices, 'has'>) {
    this.#links = links
  }

  /** Undefined when there is none of that name. */
  get(name: string): string | undefined {
    const own = this.#set.get(name)
    if (own !== undefined) return own
    if (/^net\.ipv4\.conf\..+\.forwarding$/.test(name)) return this.#set.get('net.ipv4.ip_forward')
    return defaultSysctl(name, (link) => this.#links.has(link))
  }

  /** Undefined while it is the kernel's own. */
  own(name: string): string | undefined {
    return this.#set.get(name)
  }

  /** Answers the link that it is of alone, or what stands in the place of one (`default`). */
  set(name: string, value: string): string | undefined {
    // The switch for all interfaces sets each of them (kernel Documentation/networking/ip-sysctl.rst).
    if (name === 'net.ipv4.ip_forward' || name === 'net.ipv4.conf.all.forwarding') {
      for (const key of [...this.#set.keys()]) if (key.endsWith('.forwarding')) this.#set.delete(key)
      this.#set.set('net.ipv4.ip_forward', value)
      return undefined
    }
    this.#set.set(name, value)
    const link = /^net\.ipv[46]\.(?:conf|neigh)\.(.+)\.[^.]+$/.exec(name)?.[1]
    if (link !== undefined) this.#note(link, name)
    return link
  }

  forgetLink(link: string): void {
    for (const key of this.#ofLink.get(link) ?? []) this.#set.delete(key)
    this.#ofLink.delete(link)
  }

  /** As the kernel makes a namespace: nothing is forwarded. */
  reset(): void {
    this.#set.clear()
    this.#ofLink.clear()
    this.#set.set('net.ipv4.ip_forward', '0')
  }

  #note(link: string, name: string): void {
    const known = this.#ofLink.get(link)
    if (known === undefined) this.#ofLink.set(link, new Set([name]))
    else known.add(name)
  }
}
