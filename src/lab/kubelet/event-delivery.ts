/** How both of client-go's recorders send what they tell. */
import type { Draft, KubeObject } from '#lab/api/objects.ts'
import { isKubeError, type Kube, KubeError, KubeUnreachable, type ObjectRef } from '#lab/api/ports.ts'
import type { Process } from '#lab/host/ports.ts'

/** As many events wait to be sent at most. */
export const queueLength = 1000

const triesMax = 12
const retryMs = 10_000

/** Sends an event, twelve times where nobody answers: kubernetes/client-go:tools/record/event.go (recordToSink). */
export async function deliver(self: Process, write: () => Promise<void>): Promise<void> {
  for (let tries = 0; tries < triesMax; tries++) {
    try {
      await write()
      return
    } catch (error) {
      // An answer is final (a namespace that goes away, a refusal); silence is not.
      if (error instanceof KubeError) return
      if (!(error instanceof KubeUnreachable)) throw error
      await self.sleep(retryMs)
    }
  }
}

/** Writes an event, of one that was told only what is another by now; where that expired, or was lost, it is written anew. */
export async function writeEvent<T extends KubeObject>(
  kube: Kube,
  ref: ObjectRef,
  { change, whole }: { readonly change: object | undefined; readonly whole: () => Draft<T> },
): Promise<void> {
  if (change !== undefined) {
    try {
      await kube.patch(ref, { type: 'strategic', body: change })
      return
    } catch (error) {
      if (!isKubeError(error, 'NotFound')) throw error
    }
  }
  await kube.create<T>(ref.type, whole())
}
