/** kubelets whose client certificate is out of its time: the API server hears them, and answers Unauthorized. */
import type { Provenance, Reads } from '#cluster/facts.ts'
import { nodeOfMessage } from '#cluster/queries.ts'
import { refusalOf, silentSince } from '#cluster/refused-certificates.ts'
import type { CertificateRow } from '#cluster/relations.ts'
import { isRecent } from '#cluster/symptoms/recency.ts'

export interface EndedCertificate {
  /** `undefined` where nobody said on which node. */
  readonly node: string | undefined
  readonly says: string
  readonly from: Provenance
}

/** As the file on the machine says, the kubelet itself when it starts or gives up, or the API server that refuses it. */
export const endedKubeletCertificates = (
  view: Reads<'certificates' | 'messages' | 'pods' | 'nodes'>,
): readonly EndedCertificate[] => [...ofFiles(view), ...ofKubelets(view), ...ofRefusals(view)]

export interface GoodCertificate {
  /** `undefined` where its subject was not shown. */
  readonly node: string | undefined
  readonly from: Provenance
}

/** Those that are in their time: whoever shows one of them is not refused for it. */
export const goodKubeletCertificates = (view: Reads<'certificates'>): readonly GoodCertificate[] =>
  view
    .rows('certificates')
    .filter((row) => isOfKubelet(row) && isInTime(row, view.observedAtMs))
    .map((row) => ({ node: nodeOf(row), from: row.from }))

const isInTime = ({ notBeforeMs = 0, notAfterMs }: CertificateRow, nowMs: number): boolean =>
  notAfterMs !== undefined && notBeforeMs <= nowMs && nowMs <= notAfterMs

const ofFiles = (view: Reads<'certificates'>): readonly EndedCertificate[] =>
  view.rows('certificates').flatMap((row) => {
    if (!isOfKubelet(row) || row.notAfterMs === undefined || row.notAfterMs >= view.observedAtMs) return []
    const ended = new Date(row.notAfterMs).toISOString().slice(0, 10)
    return [{ node: nodeOf(row), says: `the kubelet’s client certificate ended on ${ended}`, from: row.from }]
  })

/** `/var/lib/kubelet/pki/kubelet-client-current.pem`, or what is issued for a node. */
const isOfKubelet = (row: CertificateRow): boolean =>
  row.of.includes('kubelet-client') || row.of.endsWith('kubelet.conf') || nodeOf(row) !== undefined

const nodeOf = ({ subject }: CertificateRow): string | undefined =>
  /\bsystem:node:(?<node>[\w.-]{1,253})/.exec(subject ?? '')?.groups?.node

const words: Readonly<Record<string, string>> = {
  'kubelet/certificate-expired': 'the kubelet does not start: its client certificate is out of its time',
  'kubelet/certificate-none-valid': 'the kubelet has no client certificate any more that is in its time',
}

const ofKubelets = (view: Reads<'messages' | 'pods'>): readonly EndedCertificate[] =>
  view.rows('messages').flatMap((row) => {
    const says = words[row.message.id]
    if (says === undefined || !isRecent(view, row.atMs)) return []
    return [{ node: nodeOfMessage(view, row), says, from: row.from }]
  })

/** The API server does not say whose certificate it was. When it ended does, where just one node was last heard of then. */
const ofRefusals = (view: Reads<'messages' | 'nodes'>): readonly EndedCertificate[] =>
  view.rows('messages').flatMap((row) => {
    const refusal = refusalOf(row)
    if (refusal === undefined) return []
    const [only, ...others] = silentSince(view, refusal)
    if (only === undefined || others.length > 0) return []
    const says = `the API server refuses a certificate that ended at ${refusal.end}, when ${only.name} was last heard of`
    return [{ node: only.name, says, from: row.from }]
  })
