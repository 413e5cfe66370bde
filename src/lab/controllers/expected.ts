import { isKubeError } from '#lab/api/ports.ts'

/** Waits for a write whose one expected refusal means that there is nothing left to do: somebody was first. */
export async function unless(reason: 'AlreadyExists' | 'NotFound', write: Promise<unknown>): Promise<void> {
  try {
    await write
  } catch (error) {
    if (!isKubeError(error, reason)) throw error
  }
}
