import { Quiet } from '#base/quiet.ts'
import type { KubeClient } from '#lab/api/client.ts'
import type { Endpoints } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { apiErrorText } from '#lab/calico/errors.ts'
import { type Log, raw } from '#lab/calico/log.ts'
import type { TyphaSettings } from '#lab/calico/typha/settings.ts'
import type { Process } from '#lab/host/ports.ts'

export interface TyphaAddress {
  readonly address: string
  readonly port: number
}

/** No Typha could be found, or all that were found have been tried; the message is Go's. */
export class DiscoveryError extends Quiet {}

const portName = 'calico-typha'

/**
 * Finds Typhas by the endpoints of their service: those of this node first, each group in an order of its own
 * (projectcalico/calico:typha/pkg/discovery/discovery.go). Rejects with {@link DiscoveryError}.
 */
export async function discoverTyphas(
  p: Process,
  o: {
    readonly kube: KubeClient
    readonly log: Log
    readonly settings: TyphaSettings
    readonly nodeName: string
  },
): Promise<readonly TyphaAddress[]> {
  const { settings, log } = o
  if (settings.address !== '') return [addressOf(settings.address)]
  log.info('discovery.go 188', '(Re)discovering Typha endpoints using the Kubernetes API...')
  const found = candidates(await endpoints(o))
  if (found.length === 0) {
    log.error('discovery.go 229', "Didn't find any ready Typha instances.")
    throw new DiscoveryError('Kubernetes service missing IP or port')
  }
  const isLocal = ({ nodeName }: Candidate): boolean => nodeName === o.nodeName
  const shuffled = [
    ...shuffle(p, found.filter(isLocal)),
    ...shuffle(
      p,
      found.filter((each) => !isLocal(each)),
    ),
  ]
  const shown = shuffled.map(({ address, port }) => `${address}:${port}`).join(' ')
  log.info('discovery.go 245', 'Found ready Typha addresses.', { addresses: raw(`[${shown}]`) })
  return shuffled.map(({ address, port }) => ({ address, port }))
}

interface Candidate extends TyphaAddress {
  readonly nodeName: string | undefined
}

async function endpoints({
  kube,
  log,
  settings,
}: {
  readonly kube: KubeClient
  readonly log: Log
  readonly settings: TyphaSettings
}): Promise<Endpoints> {
  const { namespace, service: name } = settings
  try {
    return await kube.get<Endpoints>({ type: resources.endpoints, namespace, name })
  } catch (error) {
    const text = apiErrorText(error)
    log.error('discovery.go 194', 'Unable to get Typha service endpoints from Kubernetes.', {
      error: raw(text),
    })
    throw new DiscoveryError(text)
  }
}

const candidates = ({ subsets = [] }: Endpoints): readonly Candidate[] =>
  subsets.flatMap(({ addresses = [], ports = [] }) => {
    const port = ports.find(({ name }) => name === portName)?.port
    if (port === undefined) return []
    return addresses.map(({ ip, nodeName }) => ({ address: ip, port, nodeName }))
  })

function shuffle<T>(p: Process, items: readonly T[]): readonly T[] {
  const left = [...items]
  const found: T[] = []
  while (left.length > 0) found.push(...left.splice(p.random.between(0, left.length - 1), 1))
  return found
}

function addressOf(text: string): TyphaAddress {
  const [address = '', port = '5473'] = text.split(':')
  return { address, port: Number(port) }
}
