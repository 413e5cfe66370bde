/**
 * What the cluster's extensions say of themselves: the operator in TigeraStatus, the aggregated API in its APIService. Clusters that
 * have neither answer "not found", and nothing is told.
 */
import { z } from 'zod'
import type { Provenance } from '#cluster/facts.ts'
import { kindRows } from '#sources/formats/objects/kinds.ts'
import type { LiveContext } from '#sources/live/context.ts'
import { listObjects } from '#sources/live/list.ts'
import { missingBy } from '#sources/live/missing-by.ts'
import { complete, joined, nothing, type Reading, type ReadRow } from '#sources/reading.ts'

/** Two calls, whatever the cluster's size. */
export const readExtensions = async (context: LiveContext): Promise<Reading> =>
  joined(await Promise.all([readOperatorStatus(context), readCalicoApi(context)]))

const shape = z.looseObject({
  metadata: z.looseObject({ name: z.string() }),
  status: z
    .looseObject({
      conditions: z
        .array(
          z.object({
            type: z.string(),
            status: z.string(),
            reason: z.string().nullish(),
            message: z.string().nullish(),
          }),
        )
        .nullish(),
    })
    .nullish(),
})

type Extension = z.infer<typeof shape>
type Condition = NonNullable<NonNullable<Extension['status']>['conditions']>[number]

async function readOperatorStatus(context: LiveContext): Promise<Reading> {
  const path = '/apis/operator.tigera.io/v1/tigerastatuses'
  const listed = await listObjects(context.api, { path, shape, pagesMax: 1 }, context.call)
  if (!listed.ok) return nothing
  const isBad = ({ type, status, reason }: Condition): boolean =>
    type === 'Degraded' && status === 'True' && !ofPods.has(reason ?? '')
  return {
    rows: listed.value.items.flatMap((item) => told(context, item, { kind: 'TigeraStatus', isBad })),
    covered: [],
  }
}

/** Of pods the operator says what they show themselves. */
const ofPods = new Set(['PodFailure', 'ResourceNotReady'])

async function readCalicoApi(context: LiveContext): Promise<Reading> {
  const path = '/apis/apiregistration.k8s.io/v1/apiservices'
  const query = { fieldSelector: 'metadata.name=v3.projectcalico.org' }
  const listed = await listObjects(context.api, { path, query, shape, pagesMax: 1 }, context.call)
  const covered = (coverage: Reading['covered'][number]['coverage']) => [
    { relation: 'apiServices' as const, coverage },
  ]
  if (!listed.ok) return { rows: [], covered: covered(missingBy(listed.error)) }
  const isBad = ({ type, status }: Condition): boolean => type === 'Available' && status === 'False'
  return {
    rows: listed.value.items.flatMap((item) => told(context, item, { kind: 'APIService', isBad })),
    covered: covered(complete),
  }
}

/** What an object's conditions are, and, where they are bad, what they say. */
function told(
  { commands, recognise }: LiveContext,
  object: Extension,
  { kind, isBad }: { readonly kind: string; readonly isBad: (condition: Condition) => boolean },
): readonly ReadRow[] {
  const { name } = object.metadata
  const from: Provenance = {
    source: `${kind.toLowerCase()} ${name}`,
    command: commands.kubectl('get', kind.toLowerCase(), name, '-o', 'yaml'),
  }
  const messages = (object.status?.conditions ?? []).filter(isBad).flatMap(({ message }) =>
    recognise(message ?? '').map((found) => ({
      relation: 'messages' as const,
      row: { message: found, count: 1 },
      from: { ...from, quote: message ?? '' },
    })),
  )
  // Relation and row belong together in what a kind tells, which a spread does not keep.
  const rows = (kindRows({ kind, ...object }) ?? []).map((each) => ({ ...each, from }) as unknown as ReadRow)
  return [...rows, ...messages]
}
