import { type Administrator, administrators } from '#lab/flavours/names.ts'
import { type Certificate, certificate } from '#lab/serve/tls/certificate.ts'

/** What a served lab shows, and what its owner shows to it. All PEM. */
export interface LabTls {
  readonly authority: string
  readonly server: { readonly cert: string; readonly key: string }
  /** The cluster's administrator. */
  readonly admin: { readonly cert: string; readonly key: string }
}

const dayMs = 86_400_000
/** A clock that is a little behind finds the certificates valid too. */
const slackMs = 3_600_000

/** A new authority with a server's and an owner's certificate. `nowMs`: wall time, which clients compare with. */
export function labTls({
  nowMs,
  administrator = administrators.plain,
}: {
  readonly nowMs: number
  readonly administrator?: Administrator
}): LabTls {
  const fromMs = nowMs - slackMs
  const authority = certificate({
    subject: { commonName: 'kubernetes' },
    purpose: { kind: 'authority' },
    fromMs,
    untilMs: nowMs + 3650 * dayMs,
  })
  const { issuer } = authority
  const untilMs = nowMs + 365 * dayMs
  const server = certificate({
    subject: { commonName: 'kube-apiserver' },
    purpose: {
      kind: 'server',
      names: [
        'localhost',
        'kubernetes',
        'kubernetes.default',
        'kubernetes.default.svc',
        'kubernetes.default.svc.cluster.local',
      ],
      addresses: ['127.0.0.1', '10.96.0.1'],
    },
    issuer,
    fromMs,
    untilMs,
  })
  const admin = certificate({
    subject: administrator,
    purpose: { kind: 'client' },
    issuer,
    fromMs,
    untilMs,
  })
  return { authority: authority.certificate, server: pair(server), admin: pair(admin) }
}

const pair = ({ certificate: cert, key }: Certificate) => ({ cert, key })
