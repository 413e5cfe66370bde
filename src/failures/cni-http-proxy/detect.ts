import type { ApiOutcome } from '#cluster/api-callers.ts'
import { type ApiContact, apiContacts } from '#cluster/api-contacts.ts'
import type { Reads } from '#cluster/facts.ts'
import { proxies, proxiesTakenFor } from '#cluster/proxies.ts'
import { isServiceAddress, serviceAddress } from '#cluster/service-address.ts'
import { settingsNamed } from '#cluster/settings.ts'
import { contactSigns } from '#diagnosis/contact-signs.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, messageSigns, type Sign, sign } from '#diagnosis/signs.ts'
import type { Weight } from '#diagnosis/types.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'

export interface ProxyState {
  /** What NO_PROXY has to hold: the address that was asked for. */
  readonly address: string | undefined
}

type Needs = 'messages' | 'settings' | 'pods' | 'services' | 'nodes'

/**
 * Finds nodes where the CNI plugin inherits the runtime's (or kubelet's) proxy variables, so that an HTTP proxy answers in place
 * of the API server, while calico-node, which has an environment of its own, is well.
 *
 * @see golang/net:http/httpproxy/proxy.go (which requests go to the proxy)
 * @see golang/go:src/net/http/transport.go (a refused CONNECT becomes an error with the status line's words)
 */
export const detector = defineDetector<ProxyState, Needs>({
  needs: ['messages', 'settings'],
  uses: ['pods', 'services', 'nodes'],
  judges: 'node',
  detect: (view) => {
    const contacts = apiContacts(view)
    const ofPlugin = contacts.filter(({ by }) => by === 'cni-plugin')
    const elsewhere = contacts.some(
      ({ by, outcome }) => by === 'calico-node' && ofPlugin.some((one) => one.outcome === outcome),
    )
    const isProxied = proxies(view).length > 0
    const signs = [
      ...contactSigns(contacts, (one) =>
        meaningOf(one, { isService: isServiceAddress(view, one), isProxied }),
      ),
      ...ofSettings(view, ofPlugin),
      ...messageSigns(view, {
        'hearsay/no-proxy-incomplete': ['strong', 'NO_PROXY leaves something out, as somebody says'],
      }),
      ...(elsewhere
        ? contactSigns(ofPlugin, () => [
            'against',
            'calico-node, which uses no proxy of the runtime’s, meets the same',
          ])
        : []),
    ]
    return findingsOf(signs, {
      judges: 'node',
      conclude: (own) =>
        isWorthSaying(own, view, ['sandbox-creation-failing', 'api-unreachable'])
          ? {
              says: 'the CNI plugin’s requests to the API server go to an HTTP proxy',
              state: { address: ofPlugin[0]?.address ?? serviceAddress(view) },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

interface Around {
  readonly isService: boolean
  readonly isProxied: boolean
}

function meaningOf(
  { by, outcome, address }: ApiContact,
  { isService, isProxied }: Around,
): readonly [Weight, string] | undefined {
  // The API server’s own 403 and 503 are JSON with a user or a reason; a bare status line is a proxy’s.
  if (outcome === 'proxy-answer')
    return [
      by === 'cni-plugin' ? 'decisive' : 'strong',
      `a proxy answered a request for ${address ?? 'the API server'}`,
    ]
  if (by !== 'cni-plugin') return undefined
  const says = inTheMiddle[outcome]
  if (says === undefined || !(isService || address === undefined)) return undefined
  return [isProxied ? 'strong' : outcome === 'ended' || outcome === 'wrong-name' ? 'strong' : 'weak', says]
}

/** What a proxy that takes the connection makes of it. Each has other causes as well. */
const inTheMiddle: { readonly [outcome in ApiOutcome]?: string } = {
  ended: 'the connection to the Service address was closed in the middle of the handshake',
  'wrong-name': 'what answers at the Service address has a certificate for another name',
  untrusted: 'what answers at the Service address has a certificate of another authority',
  'handshake-timeout': 'the Service address takes connections and does not speak TLS in time',
  'no-answer': 'the Service address does not answer in time',
}

/** Whether the runtime’s proxy is asked for the very address that the plugin asks for. */
function ofSettings(view: Reads<'settings' | 'services'>, ofPlugin: readonly ApiContact[]): readonly Sign[] {
  const known = serviceAddress(view) ?? settingsNamed(view, 'other', 'serviceSubnet')[0]?.value.split('/')[0]
  const [failed] = ofPlugin.filter(
    ({ outcome }) => outcome === 'proxy-answer' || inTheMiddle[outcome] !== undefined,
  )
  const address = failed?.address ?? known
  if (address === undefined)
    return proxies(view).map((row) => sign(row, 'weak', `${row.name} is set${placeOf(row.in)}`))
  const says = (name: string, where: string | undefined) =>
    `${name}${placeOf(where)} holds for ${address}, too: NO_PROXY does not except it`
  return proxiesTakenFor(view, address).map((row) =>
    sign(row, failed === undefined ? 'strong' : 'decisive', says(row.name, row.in)),
  )
}

const placeOf = (where: string | undefined): string => (where === undefined ? '' : ` in ${where}`)
