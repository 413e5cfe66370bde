import { renderSubject } from '#cluster/subjects.ts'
import { faults } from '#failures/generated/faults.ts'
import { type Fault, flavoursOf } from '#lab/fault.ts'
import type { Flavour } from '#lab/flavours/names.ts'
import { Lab } from '#lab/lab.ts'
import type { LabOptions } from '#lab/options.ts'

/** One way to break a lab. */
export interface Case {
  readonly id: string
  readonly fault: Fault
  readonly variant: string
  readonly flavour: Flavour
  readonly seed: string
}

/** `npm run soak` asks for every variant in every flavour with many seeds. */
const soakSeeds = Number(process.env['NINELIVES_SEEDS'] ?? 0)

/**
 * The cases of `npm test`: each variant once, the flavours taking turns. The soak's: all of them.
 */
const casesOf = (id: string, fault: Fault, place: number): readonly Case[] => {
  const variants = Object.keys(fault.variants)
  const pair = (variant: string, flavour: Flavour, seed: number): Case => ({
    id,
    fault,
    variant,
    flavour,
    seed: String(seed + 1),
  })
  if (soakSeeds > 0)
    return variants.flatMap((variant) =>
      flavoursOf(fault, variant).flatMap((flavour) =>
        Array.from({ length: soakSeeds }, (_, seed) => pair(variant, flavour, seed)),
      ),
    )
  // Of modes with one variant, every other one begins with its second flavour.
  const first = variants.length === 1 ? place % 2 : 0
  return variants.map((variant, index) => {
    const flavours = flavoursOf(fault, variant)
    return pair(variant, flavours[(first + index) % flavours.length] as Flavour, first + index)
  })
}

/** Who works on a few modes asks for these alone: `NINELIVES_ONLY=ipam-no-pool,mtu-mismatch`. */
const only = process.env['NINELIVES_ONLY']?.split(',')
const places = Object.keys(faults)
const loaded = Object.entries(faults).filter(([id]) => only?.includes(id) ?? true)

/** Every case, in the order of the modes' names. */
export const cases: readonly Case[] = (
  await Promise.all(loaded.map(async ([id, load]) => casesOf(id, await load(), places.indexOf(id))))
).flat()

/** The cases of every `of`-th mode from the `shard`-th on: files run side by side. */
export function shardOf(shard: number, of: number): readonly Case[] {
  const mine = new Set(Object.keys(faults).filter((_, index) => index % of === shard))
  return cases.filter(({ id }) => mine.has(id))
}

/** A worker in the middle. */
export const nodeOf = (lab: Lab): string => lab.nodes[3] as string // labs of the laws have five nodes

/** Of `roks`, every other seed is OpenShift 4.18, where outbound traffic is protected. */
const laterRelease = ({ flavour, seed }: Pick<Case, 'flavour' | 'seed'>): Pick<LabOptions, 'kubernetes'> =>
  flavour === 'roks' && Number(seed) % 2 === 0 ? { kubernetes: '1.31.9' } : {}

/** A healthy lab to which it has happened, when every symptom is there. */
export const broken = async (each: Case): Promise<Lab> => (await struck(each)).lab

/** The same, with how the change is taken back. */
export async function struck({ fault, variant, flavour, seed }: Case): Promise<{
  readonly lab: Lab
  undo(): Promise<void>
}> {
  const lab = await Lab.boot({ seed, flavour, ...laterRelease({ flavour, seed }), ...fault.lab })
  const strike = { node: nodeOf(lab), variant }
  const memory = await fault.change(lab, strike)
  await fault.trigger(lab, strike)
  await lab.advance(fault.settleMs(variant))
  return { lab, undo: () => fault.undo(lab, strike, memory) }
}

/** `node/k8s-worker-03`: on whom the cause must be found. */
export const where = (lab: Lab, { fault, variant }: Case): readonly string[] =>
  fault.subjects({ node: nodeOf(lab), variant }, lab.nodes).map(renderSubject)
