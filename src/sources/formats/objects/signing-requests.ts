import { z } from 'zod'
import type { SigningRequestRow } from '#cluster/relations.ts'
import { list, metadata, part, text } from '#sources/formats/lenient.ts'
import { defined } from '#sources/formats/objects/defined.ts'

const request = z.object({
  metadata,
  spec: part({ signerName: text, username: text }),
  status: part({ certificate: text, conditions: list(z.object({ type: z.string() })) }),
})

/** @see kubernetes/api:certificates/v1/types.go (CertificateSigningRequestStatus) */
export function signingRequestRow(value: unknown): SigningRequestRow | undefined {
  const { metadata: head, spec, status } = request.safeParse(value).data ?? {}
  if (head?.name === undefined) return undefined
  const types = (status?.conditions ?? []).map(({ type }) => type)
  return {
    name: head.name,
    state: stateOf(types, status?.certificate !== undefined),
    ...defined({ signer: spec?.signerName, requestor: spec?.username }),
  }
}

function stateOf(conditions: readonly string[], isIssued: boolean): SigningRequestRow['state'] {
  if (conditions.includes('Denied')) return 'denied'
  if (conditions.includes('Failed')) return 'failed'
  if (isIssued) return 'issued'
  return conditions.includes('Approved') ? 'approved' : 'pending'
}
