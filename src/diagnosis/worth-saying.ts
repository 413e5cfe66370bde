import { hasSign, type Sign } from '#diagnosis/signs.ts'
import type { Symptom } from '#diagnosis/types.ts'

interface Looked {
  readonly symptoms: readonly Symptom[]
  readonly isComplaint?: boolean
}

/**
 * Whether signs are enough to speak of them: strong ones always; what merely fits, only while one of these symptoms is seen (else
 * the report would list it among what is wrong and breaks nothing), or while somebody complains.
 */
export const isWorthSaying = (signs: readonly Sign[], looked: Looked, ids: readonly string[]): boolean =>
  looked.isComplaint === true || isBacked(signs, looked, ids)

/** The same for modes whose weak signs are circumstances that every healthy cluster of a kind shows: a complaint adds nothing. */
export const isBacked = (signs: readonly Sign[], { symptoms }: Looked, ids: readonly string[]): boolean =>
  hasSign(signs, 'decisive') ||
  hasSign(signs, 'strong') ||
  symptoms.some(({ id, when }) => when === 'now' && ids.includes(id))
