/** One question to the provider's command, and its answer as rows. */
import { failed, ok, type Result } from '#base/result.ts'
import type { Coverage } from '#cluster/facts.ts'
import type { RelationName, Relations } from '#cluster/relations.ts'
import type { ApiTrouble, CallOptions, ProviderShell } from '#sources/live/api.ts'
import { missingBy } from '#sources/live/missing-by.ts'
import { complete, partial, type Reading, type ReadRow } from '#sources/reading.ts'

export interface AccountReads {
  readonly provider: ProviderShell
  readonly call: CallOptions
}

export interface Question<R extends RelationName, Answer> {
  readonly argv: readonly string[]
  readonly relation: R
  /** undefined: the answer is not of this kind. */
  readonly parse: (answer: Answer) => readonly Relations[R][] | undefined
}

/** A list that is a relation, or its share of one: complete when it could be read. */
export async function readList<R extends RelationName>(
  reads: AccountReads,
  { argv, relation, parse }: Question<R, unknown>,
): Promise<Reading> {
  const answer = await readJson(reads, argv)
  if (!answer.ok) return { rows: [], covered: [{ relation, coverage: missingBy(answer.error) }] }
  const rows = parse(answer.value)
  if (rows === undefined) return { rows: [], covered: [{ relation, coverage: garbage(argv) }] }
  return { rows: placed(reads, { argv, relation }, rows), covered: [{ relation, coverage: complete }] }
}

/** Some settings among many: what other places hold is not known by it. */
export async function readText<R extends RelationName>(
  reads: AccountReads,
  { argv, relation, parse }: Question<R, string>,
): Promise<Reading> {
  const answer = await run(reads, argv)
  if (!answer.ok) return { rows: [], covered: [{ relation, coverage: missingBy(answer.error) }] }
  const rows = parse(answer.value) ?? []
  return { rows: placed(reads, { argv, relation }, rows), covered: [{ relation, coverage: partial }] }
}

export async function readJson(
  reads: AccountReads,
  argv: readonly string[],
): Promise<Result<unknown, ApiTrouble>> {
  const answer = await run(reads, argv)
  if (!answer.ok) return answer
  try {
    return ok(JSON.parse(answer.value))
  } catch {
    return failed({ kind: 'garbage', says: `${argv.slice(0, 3).join(' ')} answered with no JSON` })
  }
}

/** What it printed; a command that fails is trouble, in its own last words. */
async function run(
  { provider, call }: AccountReads,
  argv: readonly string[],
): Promise<Result<string, ApiTrouble>> {
  const answer = await provider.run(argv, call)
  if (!answer.ok) return answer
  const { code, stdout, stderr } = answer.value
  if (code === 0) return ok(stdout)
  const says = stderr.trim().split('\n').at(-1) ?? ''
  return failed({ kind: /not authorized|permission|log in/i.test(says) ? 'forbidden' : 'server-error', says })
}

const garbage = (argv: readonly string[]): Coverage =>
  missingBy({ kind: 'garbage', says: `${argv.slice(0, 3).join(' ')} answered something unknown` })

function placed<R extends RelationName>(
  { provider }: AccountReads,
  { argv, relation }: { readonly argv: readonly string[]; readonly relation: R },
  rows: readonly Relations[R][],
): readonly ReadRow[] {
  const from = { source: `ibmcloud ${argv.slice(0, 3).join(' ')}`, command: provider.command(argv) }
  // Relation and row belong together, which TypeScript does not follow through the union.
  return rows.map((row) => ({ relation, row, from }) as ReadRow)
}
