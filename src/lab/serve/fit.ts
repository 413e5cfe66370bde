import { Trouble } from '#base/trouble.ts'
import { type Fault, flavoursOf } from '#lab/fault.ts'
import { usualEncapsulation } from '#lab/flavours/names.ts'
import type { LabSettings } from '#lab/options.ts'

type Fit = Pick<Fault, 'flavours' | 'only' | 'lab'>

type Options = Pick<LabSettings, 'flavour' | 'nodes' | 'encapsulation'>

/** Throws {@link Trouble} where the change would harm nothing, with the flags of a lab where it does. */
export function refuseUnlessFit(
  mode: string,
  { fault, variant }: { readonly fault: Fit; readonly variant: string },
  { flavour, nodes, encapsulation = usualEncapsulation[flavour] }: Options,
): void {
  const immune = (what: string, fit: string, flags: string): Trouble =>
    new Trouble(
      'immune-flavour',
      `${mode} cannot strike ${withArticle(what)} lab: the same change harms nothing there`,
      {
        hint: `use a lab ${fit}: ninelives lab up ${flags}; or --force for a near miss`,
      },
    )
  const flavours = flavoursOf(fault, variant)
  const wanted = fault.lab?.encapsulation
  const nodesMin = fault.lab?.nodes ?? 0
  const option = `${wanted === undefined ? '' : ` --encapsulation ${wanted}`}${nodesMin === 0 ? '' : ` --nodes ${nodesMin}`}`
  if (!flavours.includes(flavour))
    throw immune(flavour, `of flavour ${flavours.join(' or ')}`, `--flavour ${flavours[0]}${option}`)
  if (wanted !== undefined && wanted !== encapsulation)
    throw immune(
      `${flavour} (encapsulation ${encapsulation})`,
      `with encapsulation ${wanted}`,
      `--flavour ${flavour}${option}`,
    )
  if (nodes < nodesMin)
    throw immune(`${flavour} (${nodes} nodes)`, `of ${nodesMin} nodes`, `--flavour ${flavour}${option}`)
}

const withArticle = (what: string): string => `${/^[aeiou]/.test(what) ? 'an' : 'a'} ${what}`
