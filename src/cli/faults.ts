import { Trouble } from '#base/trouble.ts'
import type { Fault } from '#lab/fault.ts'

/** The faults that `lab break` can strike, loaded one at a time. */
export async function faults(mode: string): Promise<Fault> {
  const { faults: known } = await import('#failures/generated/faults.ts')
  const load = known[mode as keyof typeof known]
  if (load === undefined)
    throw new Trouble('unknown-mode', `no failure mode "${mode}" that a lab can be broken by`, {
      hint: `one of: ${Object.keys(known).join(', ')}`,
    })
  return load()
}
