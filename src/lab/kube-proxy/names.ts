/** How kube-proxy names its chains (kubernetes/kubernetes:pkg/proxy/iptables/proxier.go, portProtoHash). */
import { createHash } from 'node:crypto'
import type { ServicePort } from '#lab/kube-proxy/rules.ts'

type Named = Pick<ServicePort, 'namespace' | 'name' | 'portName' | 'protocol'>

/** `kube-system/kube-dns:dns-tcp` */
export const nameOf = ({ namespace, name, portName }: Named): string =>
  `${namespace}/${name}${portName === '' ? '' : `:${portName}`}`

const hashOf = (service: Named): string => hashed(nameOf(service) + service.protocol)

/** `KUBE-SVC-NPX46M4PTMTKRN6Y` for default/kubernetes:https: all endpoints. */
export const serviceChain = (service: Named): string => `KUBE-SVC-${hashOf(service)}`

/** This node's endpoints alone. */
export const localChain = (service: Named): string => `KUBE-SVL-${hashOf(service)}`

/** What comes from outside of the cluster. */
export const externalChain = (service: Named): string => `KUBE-EXT-${hashOf(service)}`

/** What a load balancer lets in, by source. */
export const firewallChain = (service: Named): string => `KUBE-FW-${hashOf(service)}`

export const endpointChain = (service: Named, { address, port }: ServicePort['endpoints'][number]): string =>
  `KUBE-SEP-${hashed(`${nameOf(service)}${service.protocol}${address}:${port}`)}`

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The first 16 characters of the SHA-256 in base32. */
function hashed(text: string): string {
  const known = hashes.get(text)
  if (known !== undefined) return known
  const bits = [...createHash('sha256').update(text).digest().subarray(0, 10)]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
  const hash = (bits.match(/.{5}/g) ?? []).map((five) => alphabet[Number.parseInt(five, 2)]).join('')
  if (hashes.size > 50_000) hashes.clear()
  hashes.set(text, hash)
  return hash
}

/** Every node asks for the same names at every sync. */
const hashes = new Map<string, string>()
