import type { Fact, Reads } from '#cluster/facts.ts'
import { innerMessage } from '#cluster/queries.ts'
import type { CertificateRow, MessageRow } from '#cluster/relations.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import { flat, isTyphaCertificate, typhaContacts } from '#cluster/typha.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import {
  explainsHere,
  findingsOf,
  type MessageSign,
  messageSigns,
  type Sign,
  sign,
} from '#diagnosis/signs.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'

export interface CertificateState {
  /** What is wrong with it: `it is out of its time`. */
  readonly fault: string | undefined
}

type Needs = 'messages' | 'pods' | 'certificates' | 'secrets'

/**
 * Finds certificates with which Typha and its clients refuse each other: out of their time, of another authority, with another
 * name, missing or damaged. TCP works then.
 *
 * @see projectcalico/calico:typha/pkg/tlsutils/tls_utils.go (CertificateVerifier)
 */
export const detector = defineDetector<CertificateState, Needs>({
  needs: ['messages'],
  uses: ['pods', 'certificates', 'secrets'],
  judges: 'cluster',
  detect: (view) => {
    const refused = typhaContacts(view).filter(({ outcome }) => outcome === 'certificate')
    const signs = [
      ...refused.map(({ row, about }) => sign(row, 'decisive', `Typha was reached; ${faultIn(row)}`, about)),
      ...messageSigns(view, said),
      ...ofCertificates(view),
      ...ofSecrets(view),
    ]
    return findingsOf(signs, {
      judges: 'cluster',
      conclude: (own) =>
        isWorthSaying(own, view, ['typha-unreachable'])
          ? {
              says: 'Typha and its clients refuse each other’s certificates',
              state: { fault: refused[0] === undefined ? undefined : faultIn(refused[0].row) },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

/** What the line says of the certificate; the most telling of what it quotes. */
function faultIn(row: Fact<MessageRow>): string {
  const parts = flat(row.message)
  const expired = parts.find(({ id }) => id === 'tls/expired')
  if (expired !== undefined)
    return expired.params.side === 'before'
      ? 'its certificate is not valid yet: a clock is wrong'
      : 'its certificate is out of its time'
  return (
    faults.find(([id]) => parts.some((part) => part.id === id))?.[1] ??
    'one of the two certificates was refused'
  )
}

const faults: readonly (readonly [id: string, says: string])[] = [
  ['tls/unknown-authority', 'its certificate is of an authority that is not trusted'],
  ['tls/wrong-name', 'its certificate is for another name'],
  ['tls/legacy-common-name', 'its certificate has no alternative names'],
  ['typha/certificate-name', 'its certificate lacks the name that the other side demands'],
  ['tls/remote-error', 'it refuses the client’s certificate'],
  ['tls/not-tls', 'what answers does not speak TLS'],
  ['tls/key-mismatch', 'certificate and key do not belong together'],
]

/** Typha's own side of a refused greeting quotes TLS; without that, the connection just broke. */
const ofServer: MessageSign = (row) =>
  innerMessage(row, ...faults.map(([id]) => id), 'tls/expired') === undefined
    ? ['weak', 'a client’s greeting to Typha failed']
    : ['decisive', `Typha refuses a client, or is refused: ${faultIn(row)}`]

const said: Readonly<Record<string, MessageSign>> = {
  'typha/certificate-name': ({ message: { params } }) => [
    'decisive',
    `a certificate lacks the required ${params.what}`,
  ],
  'typha/ca-unreadable': ['decisive', 'the authority’s file for Typha is missing or damaged'],
  'typha/key-unreadable': ['decisive', 'the certificate or key for Typha is missing or damaged'],
  'typha/hello-failed': ofServer,
  'typha/client-read-failed': (row) => (row.message.inner === undefined ? undefined : ofServer(row)),
  'operator/typha-secrets': ['strong', 'the operator has trouble with the certificates of Typha and Felix'],
  'operator/ca-failed': ['weak', 'the operator cannot make certificates'],
  'operator/keypair-failed': ['weak', 'the operator cannot make or read a certificate'],
  'operator/csr-pending': ['weak', 'a certificate waits for approval'],
}

/** Out of its time by the date that it bears: nobody can accept it. */
function ofCertificates(view: Reads<'certificates'>): readonly Sign[] {
  return view
    .rows('certificates')
    .filter((row) => isTyphaCertificate(row))
    .flatMap((row) => {
      const fault = faultOfDates(row, view.observedAtMs)
      return fault === undefined ? [] : [sign(row, 'decisive', `${row.of} ${fault}`, clusterSubject)]
    })
}

function faultOfDates(
  { notBeforeMs = 0, notAfterMs = Infinity }: CertificateRow,
  nowMs: number,
): string | undefined {
  if (notAfterMs < nowMs) return 'is out of its time'
  return notBeforeMs > nowMs ? 'is not valid yet' : undefined
}

/** @see tigera/operator:pkg/render/typha.go (TyphaTLSSecretName, NodeTLSSecretName) */
const ofSecrets = (view: Reads<'secrets'>): readonly Sign[] =>
  view
    .rows('secrets')
    .filter(({ name, exists }) => !exists && secrets.has(name))
    .map((row) => sign(row, 'strong', `there is no Secret ${row.name}`, clusterSubject))

const secrets: ReadonlySet<string> = new Set([
  'typha-certs',
  'node-certs',
  'calico-typha-tls',
  'calico-felix-tls',
])
