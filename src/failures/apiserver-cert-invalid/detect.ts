import { bareAddress } from '#cluster/addresses.ts'
import { type ApiContact, apiContacts } from '#cluster/api-contacts.ts'
import type { Reads } from '#cluster/facts.ts'
import { proxies } from '#cluster/proxies.ts'
import { serviceAddress } from '#cluster/service-address.ts'
import { contactSigns } from '#diagnosis/contact-signs.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, type Sign, sign } from '#diagnosis/signs.ts'
import type { Weight } from '#diagnosis/types.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'
import { isOfApiServer } from '#failures/apiserver-cert-invalid/certificate.ts'

export interface CertificateState {
  readonly what: 'expired' | 'wrong-name' | 'untrusted' | undefined
}

type Needs = 'messages' | 'certificates' | 'services' | 'settings' | 'pods'

/**
 * Finds an API server whose serving certificate clients refuse: out of its time, without the Service’s address among its names, or
 * of an authority that they do not know.
 *
 * @see golang/go:src/crypto/x509/verify.go
 */
export const detector = defineDetector<CertificateState, Needs>({
  needs: ['messages', 'certificates'],
  uses: ['services', 'settings', 'pods'],
  judges: 'cluster',
  detect: (view) => {
    const refused = apiContacts(view).filter(({ outcome }) => words[outcome] !== undefined)
    const isProxied = proxies(view).length > 0 && refused.every(({ by }) => by === 'cni-plugin')
    const signs = [
      ...contactSigns(refused, meaningOf),
      ...ofCertificates(view),
      ...(isProxied
        ? proxies(view).map((row) =>
            sign(row, 'against', 'a proxy may show its own certificate to the CNI plugin'),
          )
        : []),
    ]
    return findingsOf(signs, {
      judges: 'cluster',
      conclude: (own) =>
        isWorthSaying(own, view, ['api-unreachable'])
          ? { says: 'clients refuse the API server’s certificate', state: { what: kindOf(refused) } }
          : undefined,
    })
  },
  explains: explainsHere,
})

const words: Readonly<Partial<Record<ApiContact['outcome'], string>>> = {
  expired: 'is out of its time',
  'wrong-name': 'does not hold the address that was asked for',
  untrusted: 'is signed by an authority that the client does not know',
}

function meaningOf({ by, outcome, address, detail, row }: ApiContact): readonly [Weight, string] {
  const says = `the certificate of ${address ?? detail.params.wanted ?? 'the API server'} ${words[outcome]}`
  // A client whose clock is behind says the same of a good certificate.
  if (detail.params.side === 'before') return ['strong', `${says} yet, or the client’s clock is behind`]
  if (by === 'calico-node' || by === 'pod') return ['decisive', says]
  // The plugin’s requests may end at a proxy, and it has a CA of its own in its kubeconfig.
  if (by === 'cni-plugin') return ['strong', says]
  const isKnown = address !== undefined || row.message.id === 'kubectl/unable-to-connect'
  return [isKnown ? 'strong' : 'weak', says]
}

function ofCertificates(view: Reads<'certificates' | 'services'>): readonly Sign[] {
  const wanted = serviceAddress(view)
  return view
    .rows('certificates')
    .filter(({ of }) => isOfApiServer(of))
    .flatMap((row) => {
      if (row.notAfterMs !== undefined && row.notAfterMs < view.observedAtMs)
        return [sign(row, 'decisive', `${row.of} is out of its time`)]
      if (row.notBeforeMs !== undefined && row.notBeforeMs > view.observedAtMs)
        return [sign(row, 'strong', `${row.of} does not count yet`)]
      const names = (row.names ?? []).map(bareAddress)
      return wanted !== undefined && names.length > 0 && !names.includes(wanted)
        ? [sign(row, 'decisive', `${row.of} does not hold the Service’s address ${wanted}`)]
        : []
    })
}

const kindOf = (refused: readonly ApiContact[]): CertificateState['what'] => {
  const outcome = refused[0]?.outcome
  return outcome === 'expired' || outcome === 'wrong-name' || outcome === 'untrusted' ? outcome : undefined
}
