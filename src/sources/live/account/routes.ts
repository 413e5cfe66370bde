import { parseRoutes, parseRoutingTables } from '#sources/formats/cloud/ibm-vpc.ts'
import { type AccountReads, readJson, readList } from '#sources/live/account/ask.ts'
import { missingBy } from '#sources/live/missing-by.ts'
import { complete, joined, notAsked, type Reading } from '#sources/reading.ts'

/** The routes of every routing table of a VPC. */
export async function readRoutes(reads: AccountReads, vpc: string | undefined): Promise<Reading> {
  if (vpc === undefined) return uncovered(notAsked('the cluster’s VPC is not known'))
  const answer = await readJson(reads, ['is', 'vpc-routing-tables', vpc, '--output', 'json'])
  const tables = answer.ok ? parseRoutingTables(answer.value) : undefined
  if (!answer.ok) return uncovered(missingBy(answer.error))
  if (tables === undefined)
    return uncovered(missingBy({ kind: 'garbage', says: 'the routing tables are not as expected' }))
  if (tables.length === 0) return uncovered(complete)
  return joined(
    await Promise.all(
      tables.map(({ id, name }) =>
        readList(reads, {
          argv: ['is', 'vpc-routing-table-routes', vpc, id, '--output', 'json'],
          relation: 'cloudRules',
          parse: (out) => parseRoutes(name, out),
        }),
      ),
    ),
  )
}

const uncovered = (coverage: Reading['covered'][number]['coverage']): Reading => ({
  rows: [],
  covered: [{ relation: 'cloudRules', coverage }],
})
