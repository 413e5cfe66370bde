/** What programs say of a Typha that is not well. */
import { innerMessage } from '#cluster/queries.ts'
import { isTyphaName, isTyphaPodName } from '#cluster/typha.ts'
import type { MessageSign } from '#diagnosis/signs.ts'

/** Refused or cut off on the way to the API server, the discovery fails as well: then Typha is not the trouble. */
const discovery: MessageSign = (row) => {
  const missing = innerMessage(row, 'api/not-found')
  if (missing !== undefined)
    return [
      'decisive',
      `discovery failed: ${missing.params.kind ?? 'Service'} ${missing.params.name} does not exist`,
    ]
  const { inner = [], params } = row.message
  if (inner.some(({ id }) => !ofDiscovery.has(id))) return undefined
  return ['decisive', `discovery of Typha failed${params.error === undefined ? '' : `: ${params.error}`}`]
}

/** What the discovery itself finds wrong. */
const ofDiscovery: ReadonlySet<string> = new Set(['typha/none-ready', 'typha/service-incomplete'])

/** What calico-node says of its search for Typha. */
export const ofClients: Readonly<Record<string, MessageSign>> = {
  'typha/discovery-failed': discovery,
  'typha/service-endpoints-failed': discovery,
  'felix/service-lookup-failed': discovery,
  'typha/none-ready': ['decisive', 'no Typha is ready'],
  'typha/service-incomplete': ['decisive', 'Typha’s Service has no address or no port of Typha’s name'],
  'typha/list-failed': ['weak', 'the list of Typhas cannot be read'],
}

const byName =
  (weight: 'decisive' | 'strong', says: string): MessageSign =>
  ({ message: { params } }) =>
    isTyphaName(params.name) || isTyphaPodName(params.pod) ? [weight, says] : undefined

/** What the operator, and Typha itself, tell. */
export const ofTypha: Readonly<Record<string, MessageSign>> = {
  'operator/not-available': byName('strong', 'the operator waits for Typha’s pods'),
  'operator/component-missing': byName('decisive', 'the operator does not find Typha’s Deployment'),
  'operator/not-scheduled': byName('strong', 'no Typha is scheduled'),
  'operator/crash-looping': byName('strong', 'a Typha ends again and again'),
  'operator/pod-failed': byName('strong', 'a pod of Typha’s ended'),
  'operator/pod-pending': byName('strong', 'a pod of Typha’s cannot be placed or started'),
  'operator/pod-not-ready': byName('strong', 'a Typha runs and is not ready'),
  'operator/typha-nodes-short': ({ message: { params } }) => [
    'strong',
    `there are ${params.count} nodes for ${params.wanted} Typhas`,
  ],
  'operator/typha-scale-failed': ['strong', 'the operator cannot change the number of Typhas'],
  'operator/typha-scale-error': ['strong', 'the operator cannot change the number of Typhas'],
  'operator/typha-autoscale-failed': ['weak', 'the operator cannot change the number of Typhas'],
  'typha/listen-failed': ['decisive', 'Typha cannot open its port: another program has it'],
  'typha/exited': ['strong', 'Typha ended with an error'],
  'typha/accept-failed': ['strong', 'Typha cannot take connections'],
  'typha/datastore-failed': ['weak', 'Typha does not reach the API server'],
  'typha/snapshot-timeout': ['weak', 'Typha cannot send all that it knows'],
  'typha/client-behind': ['weak', 'Typha drops clients that are too slow'],
  'typha/pong-timeout': ['weak', 'Typha drops clients that do not answer'],
}
