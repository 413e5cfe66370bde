/** Files of systemd-networkd and NetworkManager: `[Section]` and `Key=value`. */

export type NetworkProgram = 'networkd' | 'NetworkManager'

export interface NetworkSetting {
  readonly of: NetworkProgram
  /** With its section: `Match.Name`, `keyfile.unmanaged-devices`. */
  readonly name: string
  readonly value: string
}

/** Remembers the section that the lines stand in. */
export interface NetworkLines {
  readonly line: (text: string) => readonly NetworkSetting[] | undefined
}

/**
 * Lines of .network, .netdev and .link files, of networkd.conf, of NetworkManager.conf and what lies in its conf.d; several
 * keys may stand on one line, as people quote them.
 *
 * @see systemd/systemd:man/systemd.network.xml; NetworkManager/NetworkManager:man/NetworkManager.conf.xml
 */
export function networkLines(path: string): NetworkLines {
  let section = ''
  let of = programOfPath(path)
  return {
    line: (text) => {
      const { head, rest } = headOf(text)
      if (head !== undefined) {
        const program = programOf(head) ?? (of === undefined ? undefined : of)
        if (program === undefined) return undefined
        of = program
        section = head
        return settingsIn(rest, { of, section })
      }
      const lone = /^\s*(?<key>unmanaged-devices)\s*=\s*(?<value>\S.*)$/.exec(text)?.groups
      if (of === undefined && lone?.value !== undefined)
        return [{ of: 'NetworkManager', name: 'keyfile.unmanaged-devices', value: lone.value.trim() }]
      if (of === undefined) return undefined
      if (/^\s*[#;]/.test(text)) return section === '' ? undefined : []
      const found = assignment.exec(text)?.groups
      if (found?.key === undefined || section === '') return undefined
      return [{ of, name: `${section}.${found.key}`, value: (found.value ?? '').trim() }]
    },
  }
}

const assignment = /^\s*(?<key>[A-Za-z][\w.-]{1,60})\s{0,4}=\s{0,4}(?<value>.{0,1000})$/

const headOf = (text: string): { readonly head?: string; readonly rest: string } => {
  const m = /^\s*\[(?<head>[A-Za-z][\w-]{1,60})\](?<rest>\s.*|)$/.exec(text)?.groups
  return m?.head === undefined ? { rest: '' } : { head: m.head, rest: m.rest ?? '' }
}

/** Keys behind a section on its own line, and further sections there. */
function settingsIn(
  rest: string,
  start: { readonly of: NetworkProgram; readonly section: string },
): readonly NetworkSetting[] | undefined {
  let { section } = start
  const found: NetworkSetting[] = []
  for (const word of rest.split(/[\s,]+/).filter((each) => each !== '')) {
    const head = /^\[(?<head>[\w-]{2,60})\]$/.exec(word)?.groups?.head
    const key = assignment.exec(word)?.groups
    if (head !== undefined) section = head
    else if (key?.key !== undefined)
      found.push({ of: start.of, name: `${section}.${key.key}`, value: key.value ?? '' })
    else return undefined
  }
  return found
}

const programOfPath = (path: string): NetworkProgram | undefined =>
  /NetworkManager/.test(path)
    ? 'NetworkManager'
    : /\/systemd\/network(?:d\.conf|\/)|\.(?:network|netdev|link)$/.test(path)
      ? 'networkd'
      : undefined

const programOf = (section: string): NetworkProgram | undefined =>
  networkdSections.has(section) ? 'networkd' : managerSections.test(section) ? 'NetworkManager' : undefined

const networkdSections: ReadonlySet<string> = new Set(
  'Match Network Link Address Neighbor Route NextHop RoutingPolicyRule DHCP DHCPv4 DHCPv6 DHCPServer DHCPPrefixDelegation IPv6AcceptRA NetDev Bridge VLAN VXLAN Bond Tunnel WireGuard WireGuardPeer BridgeVLAN'.split(
    ' ',
  ),
)

const managerSections =
  /^(?:main|keyfile|ifupdown|ifcfg-rh|device(?:-[\w-]+)?|connection(?:-[\w-]+)?|connectivity|global-dns)$/
