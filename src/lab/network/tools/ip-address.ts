import type { Process } from '#lab/host/ports.ts'
import { ipv4, ipv4Text, maskOf } from '#lab/network/address.ts'
import type { LinkState } from '#lab/network/devices.ts'
import type { Address } from '#lab/network/ports.ts'
import type { IpStyle } from '#lab/network/tools/ip.ts'
import { briefHead, linksOf, linkText } from '#lab/network/tools/ip-link.ts'
import { commandOf, deviceNamed, keyed, Usage } from '#lab/network/tools/ip-words.ts'

/** `ip address [show|add|del]` */
export async function ipAddress(p: Process, args: readonly string[], style: IpStyle): Promise<string> {
  const command = commandOf(args[0], ['show', 'list', 'lst', 'add', 'delete'])
  if (command === 'add' || command === 'delete') {
    await change(p, command === 'add' ? 'address-add' : 'address-del', args.slice(1))
    return ''
  }
  return show(p, command === undefined ? args : args.slice(1), style)
}

async function change(p: Process, op: 'address-add' | 'address-del', args: readonly string[]): Promise<void> {
  const { values, bare } = keyed(args, ['dev', 'brd', 'scope'])
  const [address = '', length = '32'] = (bare[0] ?? '').split('/')
  const link = values.get('dev')
  if (link === undefined) throw new Usage('Not enough information: "dev" argument is required.')
  deviceNamed(p, link)
  await p.net.apply([{ op, link, address, prefixLength: Number(length) }])
}

function show(p: Process, args: readonly string[], style: IpStyle): string {
  const { values, bare } = keyed(args, ['dev', 'type', 'scope', 'to'])
  const words = bare.filter((word) => word !== 'up')
  const name = values.get('dev') ?? words[0]
  if (name !== undefined) deviceNamed(p, name, `Device "${name}" does not exist.`)
  const links = linksOf(p).filter(
    (link) => (name === undefined || link.name === name) && (!bare.includes('up') || link.up),
  )
  return links.map((link) => shown(link, addressesOf(p, link), style)).join('')
}

function shown(link: LinkState, addresses: readonly Address[], style: IpStyle): string {
  if (style.brief) {
    const list = addresses.map(({ address, prefixLength }) => `${address}/${prefixLength} `).join('')
    return `${briefHead(link)} ${list}\n`
  }
  if (style.oneLine)
    return addresses
      .map(
        (a) =>
          `${link.index}: ${link.name}    ${inet(link, a)}\\       valid_lft forever preferred_lft forever\n`,
      )
      .join('')
  const lines = addresses.map((a) => `    ${inet(link, a)}\n       valid_lft forever preferred_lft forever\n`)
  return linkText(link, style, '') + lines.join('')
}

function inet(link: LinkState, { address, prefixLength, scope }: Address): string {
  const broadcast =
    link.kind === 'ether' ? ` brd ${ipv4Text((ipv4(address) | ~maskOf(prefixLength)) >>> 0)}` : ''
  return `inet ${address}/${prefixLength}${broadcast} scope ${scope} ${link.name}`
}

const addressesOf = (p: Process, link: LinkState): readonly Address[] =>
  p.net.addresses().filter((address) => address.link === link.name)
