import { remembering } from '#base/remember.ts'
import type { Node } from '#lab/api/objects.ts'
import { masked, toAddress, toNumber } from '#lab/calico/bird/prefix.ts'
import type { Log } from '#lab/calico/log.ts'
import { byInternalIp, byReach } from '#lab/calico/node/autodetect-by-address.ts'
import { terminate } from '#lab/calico/node/node-name.ts'
import type { Process } from '#lab/host/ports.ts'
import type { Address, Link } from '#lab/network/ports.ts'

/** projectcalico/calico:node/pkg/lifecycle/startup/autodetection/autodetection_methods.go */
const excluded = [
  'docker.*',
  'cbr.*',
  'dummy.*',
  'podman.*',
  'virbr.*',
  'lxcbr.*',
  'veth.*',
  'lo',
  'br-.*',
  'cali.*',
  'tunl.*',
  'flannel.*',
  'kube-ipvs.*',
  'cni.*',
  'vxlan.calico.*',
  'vxlan-v6.calico.*',
  'wireguard.cali.*',
  'wg-v6.cali.*',
  'nodelocaldns.*',
]

interface Found {
  readonly link: string
  readonly cidr: string
}

/**
 * The node's IPv4 address with its prefix, by the method of IP_AUTODETECTION_METHOD; undefined, with the reason logged,
 * when it finds none. `node` is the Kubernetes node, for `kubernetes-internal-ip`. A method that there is not ends the program.
 * Not imitated: names in `can-reach`, IPv6.
 */
export function autodetect(p: Process, log: Log, method: string, node?: Node): string | undefined {
  const [kind = '', rest = ''] = method.split('=')
  const patterns = rest.split(',')
  switch (kind) {
    case '':
    case 'first-found':
      return firstFound(p, log)
    case 'interface':
      return byInterface(p, log, patterns)
    case 'skip-interface':
      return skipping(p, log, patterns)
    case 'cidr':
      return byCidr(p, log, patterns)
    case 'can-reach':
      return byReach(p, log, rest)
    case 'kubernetes-internal-ip':
      return byInternalIp(p, log, node)
    default:
      log.error('autodetection_methods.go 87', `Invalid IP autodetection method: ${method}`)
      return terminate(log)
  }
}

function firstFound(p: Process, log: Log): string | undefined {
  const found = enumerate(p, standard)
  if (typeof found === 'string') {
    log.warn('autodetection_methods.go 99', `Unable to auto-detect an IPv4 address: ${found}`)
    return undefined
  }
  const says = `Using autodetected IPv4 address on interface ${found.link}: ${found.cidr}`
  log.info('autodetection_methods.go 103', says)
  return found.cidr
}

function byInterface(p: Process, log: Log, patterns: readonly string[]): string | undefined {
  const found = enumerate(p, { only: patterns })
  if (typeof found === 'string') {
    const shown = `[${patterns.join(' ')}]`
    const says = `Unable to auto-detect an IPv4 address using interface regexes ${shown}: ${found}`
    log.warn('autodetection_methods.go 113', says)
    return undefined
  }
  const says = `Using autodetected IPv4 address ${found.cidr} on matching interface ${found.link}`
  log.info('autodetection_methods.go 117', says)
  return found.cidr
}

function skipping(p: Process, log: Log, patterns: readonly string[]): string | undefined {
  const found = enumerate(p, { skip: [...patterns, ...excluded] })
  if (typeof found === 'string') {
    const says = `Unable to auto-detect an IPv4 address while excluding [${patterns.join(' ')}]: ${found}`
    log.warn('autodetection_methods.go 157', says)
    return undefined
  }
  const where = `${found.link}: ${found.cidr}`
  const says = `Using autodetected IPv4 address on interface ${where} while skipping matching interfaces`
  log.info('autodetection_methods.go 161', says)
  return found.cidr
}

function byCidr(p: Process, log: Log, cidrs: readonly string[]): string | undefined {
  const found = enumerate(p, { skip: excluded, within: cidrs })
  if (typeof found === 'string') {
    const says = `Unable to auto-detect an IPv4 address using interface cidr [${cidrs.join(' ')}]: ${found}`
    log.warn('autodetection_methods.go 127', says)
    return undefined
  }
  const where = `${found.cidr} on interface ${found.link} matching cidrs [${cidrs.join(' ')}]`
  log.info('autodetection_methods.go 131', `Using autodetected IPv4 address ${where}`)
  return found.cidr
}

interface Wanted {
  readonly only?: readonly string[]
  readonly skip?: readonly string[]
  readonly within?: readonly string[]
}

const standard: Wanted = { skip: excluded }

/** By what a namespace shows, which is the same list as long as it says the same. */
const enumerated = new WeakMap<
  readonly Link[],
  { readonly addresses: readonly Address[]; readonly o: Wanted; readonly found: Found | string }
>()

/** The first address on an interface that is up, the newest interface first; else why there is none. */
function enumerate(p: Process, o: Wanted): Found | string {
  const links = p.net.links()
  const addresses = p.net.addresses()
  const known = enumerated.get(links)
  if (known?.addresses === addresses && known.o === o) return known.found
  const found = firstOf(links, addresses, o)
  enumerated.set(links, { addresses, o, found })
  return found
}

function firstOf(links: readonly Link[], addresses: readonly Address[], o: Wanted): Found | string {
  const skip = o.skip && anyOf(o.skip.join('|'))
  let fitting = 0
  for (const { name: link, up } of links.toReversed()) {
    if (!up || skip?.test(link) || o.only?.some((each) => new RegExp(each).test(link)) === false) continue
    fitting++
    for (const { link: on, address, prefixLength } of addresses)
      if (on === link && isGlobal(address) && inside(address, o.within))
        return { link, cidr: `${address}/${prefixLength}` }
  }
  return fitting === 0
    ? 'no valid host interfaces found'
    : 'no valid IPv4 addresses found on the host interfaces'
}

const anyOf = remembering((patterns: string): RegExp => new RegExp(`^(${patterns})$`))

/** Go's IsGlobalUnicast: private addresses are, loopback, link-local and multicast ones are not. */
function isGlobal(address: string): boolean {
  const value = toNumber(address)
  return !address.startsWith('127.') && !address.startsWith('169.254.') && value > 0 && value < 0xe0000000
}

function inside(address: string, cidrs: readonly string[] | undefined): boolean {
  if (cidrs === undefined) return true
  return cidrs.some((cidr) => {
    const [base = '', bits = '32'] = cidr.split('/')
    const length = Number(bits)
    return toAddress(masked(toNumber(address), length)) === toAddress(masked(toNumber(base), length))
  })
}
