import type { Debrief } from '#drill/measure/debrief.ts'
import type { Trial } from '#drill/measure/mended.ts'
import { type Wear, wornParts } from '#drill/measure/snapshot.ts'

/** Where nothing was wrong, whatever wears is damage. */
export function isUntouched(wear: Wear): Trial {
  const worn = wornParts(wear)
  return {
    title: 'nothing was wrong, and it was left as it was',
    holds: worn.length === 0,
    says: worn.join(', '),
  }
}

/** Everything that was tried, in the order of a report. */
export const trialsOf = ({
  mended,
  untouched,
  lasting,
  prevention,
}: Pick<Debrief, 'mended' | 'untouched' | 'lasting' | 'prevention'>): readonly Trial[] => [
  mended,
  ...(untouched === undefined ? [] : [untouched]),
  ...lasting,
  ...prevention,
]
