import type { Engine } from '#app/diagnose.ts'

/** Every failure mode, with the plans there are. */
export async function engine(): Promise<Engine> {
  const [{ modes }, { remedies }] = await Promise.all([
    import('#failures/generated/detectors.ts'),
    import('#failures/generated/repairs.ts'),
  ])
  return { modes, remedies }
}
