import { hash } from 'node:crypto'
import { remembering } from '#base/remember.ts'

/** The host's end of a pod's veth pair: `cali` and 11 hex digits of SHA-1 (projectcalico/calico:libcalico-go/lib/names/workloadendpoint.go). */
export const interfaceName = (namespace: string, pod: string): string => named(`${namespace}.${pod}`)

/** The plugin and Felix ask several times while a pod comes, and when it goes. */
const named = remembering((id) => `cali${hash('sha1', id, 'hex').slice(0, 11)}`, { max: 16_384 })
