import type { FlavourDefinition } from '#lab/flavours/flavour.ts'
import { iksClassic, iksVpc } from '#lab/flavours/iks.ts'
import { hardened, plain } from '#lab/flavours/manifest.ts'
import type { Flavour } from '#lab/flavours/names.ts'
import { operator } from '#lab/flavours/operator.ts'
import { roks } from '#lab/flavours/roks.ts'

export const flavourDefinitions: Readonly<Record<Flavour, FlavourDefinition>> = {
  plain,
  hardened,
  operator,
  'iks-classic': iksClassic,
  'iks-vpc': iksVpc,
  roks,
}
