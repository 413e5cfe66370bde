import { hash } from 'node:crypto'

/** The host's end of a pod's veth pair: `cali` and 11 hex digits of SHA-1 (projectcalico/calico:libcalico-go/lib/names/workloadendpoint.go). */
export const interfaceName = (namespace: string, pod: string): string =>
  `cali${hash('sha1', `${namespace}.${pod}`, 'hex').slice(0, 11)}`
