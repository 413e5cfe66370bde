import type { ApiContact } from '#cluster/api-contacts.ts'
import { type Sign, sign } from '#diagnosis/signs.ts'
import type { Weight } from '#diagnosis/types.ts'

/** The signs that failed ways to the API server are, at the places where they were told. */
export const contactSigns = (
  contacts: readonly ApiContact[],
  meaning: (contact: ApiContact) => readonly [weight: Weight, says: string] | undefined,
): readonly Sign[] =>
  contacts.flatMap((contact) => {
    const [weight, says] = meaning(contact) ?? []
    return weight === undefined || says === undefined ? [] : [sign(contact.row, weight, says, contact.about)]
  })
