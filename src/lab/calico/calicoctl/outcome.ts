import { Refusal } from '#lab/calico/calicoctl/refusal.ts'

export type Verb = 'create' | 'apply' | 'replace' | 'delete'

export interface Outcome {
  readonly verb: Verb
  /** Of all resources that were meant, in their order. */
  readonly kinds: readonly string[]
  readonly handled: number
  /** Why some were not. */
  readonly faults: readonly string[]
}

const done: Readonly<Record<Verb, string>> = {
  create: 'created',
  apply: 'applied',
  replace: 'replaced',
  delete: 'deleted',
}

/**
 * What calicoctl says at the end; throws Refusal when something failed. Each verb has words of its own, and oddities:
 * calicoctl/calicoctl/commands/{apply,create,replace,delete}.go.
 */
export function conclusion(outcome: Outcome): string {
  const { verb, kinds, handled, faults } = outcome
  if (faults.length === 0) return `Successfully ${done[verb]} ${handled} ${ofKind(kinds)}resource(s)\n`
  if (verb === 'delete') return deletion(outcome)
  // A replacement that failed counts as handled all the same.
  if (verb === 'replace')
    return partly(outcome, { first: kinds.length, error: `Hit error: ${faults.at(-1)}` })
  const list = `[${faults.join(' ')}]`
  if (handled > 0)
    return partly(outcome, {
      first: handled > faults.length ? handled : 0,
      error: `Hit error${verb === 'apply' ? '(s)' : ''}: ${list}`,
    })
  if (kinds.length === 1) throw new Refusal(`Failed to ${verb} ${ofKind(kinds)}resource: ${list}`)
  throw new Refusal(`Failed to ${verb} any ${ofKind(kinds)}resources: ${list}`)
}

/** Resources of one kind are told by it, those of several by their number alone. */
function ofKind(kinds: readonly string[]): string {
  const [only, ...more] = new Set(kinds)
  return only === undefined || more.length > 0 ? '' : `'${only}' `
}

function deletion({ kinds, handled, faults }: Outcome): never {
  const before = handled > 0 ? `Successfully deleted ${handled} ${ofKind(kinds)}resource(s)\n` : ''
  throw new Refusal(
    faults.map((why) => `Failed to delete ${ofKind(kinds)}resource: ${why}\n`).join(''),
    before,
  )
}

function partly(
  { verb, kinds }: Outcome,
  { first, error }: { readonly first: number; readonly error: string },
): never {
  const before = `Partial success: ${done[verb]} the first ${first} out of ${kinds.length} ${ofKind(kinds)}resources:\n`
  throw new Refusal(error, first === 0 ? '' : before)
}
