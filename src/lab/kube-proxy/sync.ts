import { equal } from '#base/equal.ts'
import type { DesiredChains } from '#lab/kube-proxy/desired.ts'
import { baseRules, type Chains } from '#lab/kube-proxy/rules.ts'
import type { Net, Rule, Table } from '#lab/network/ports.ts'

/** What a node's tables held when all was as it should be. Each part is another value once it has changed, and the same one until then. */
export interface Settled {
  readonly wanted: DesiredChains
  readonly present: DesiredChains
}

/** Makes a node's tables say what the services are now; chains that already do are left alone. */
export async function syncRules(net: Net, wanted: DesiredChains, settled?: Settled): Promise<Settled> {
  for (const name of tables)
    await syncTable(net[name], wanted[name], {
      bases: baseRules[name],
      ...(settled?.present[name] === net[name].chains() ? { was: settled.wanted[name] } : {}),
    })
  return { wanted, present: { nat: net.nat.chains(), filter: net.filter.chains() } }
}

const tables = ['nat', 'filter'] as const

/** One restore for a table, and none when nothing differs, so that an idle resync moves nothing. */
async function syncTable(
  table: Table,
  wanted: Chains,
  { bases, was }: { readonly bases: Chains; readonly was?: Chains },
): Promise<void> {
  const present = table.chains()
  const changes = was === undefined ? allChanges(present, wanted, bases) : sharedChanges(was, wanted)
  if (Object.keys(changes).length > 0) await table.restore(changes)
}

function allChanges(present: Chains, wanted: Chains, bases: Chains): Chains {
  const changes: Record<string, readonly Rule[]> = { ...serviceChanges(present, wanted) }
  for (const [base, rules] of Object.entries(bases)) {
    // Like EnsureRule: a rule that is there stays where it is, even behind those of others.
    const missing = rules.filter((rule) => !(present[base] ?? []).some((other) => equal(other, rule)))
    if (missing.length > 0) changes[base] = [...missing, ...(present[base] ?? [])]
  }
  return changes
}

/** A table that nobody has touched differs by what the services have become, on each node that has seen the same. */
function sharedChanges(was: Chains, wanted: Chains): Chains {
  const byWanted = known.get(was) ?? new WeakMap<Chains, Chains>()
  known.set(was, byWanted)
  const found = byWanted.get(wanted)
  if (found !== undefined) return found
  const made = serviceChanges(was, wanted)
  byWanted.set(wanted, made)
  return made
}

const known = new WeakMap<Chains, WeakMap<Chains, Chains>>()

function serviceChanges(present: Chains, wanted: Chains): Chains {
  const changes: Record<string, readonly Rule[]> = {}
  for (const [name, rules] of Object.entries(wanted))
    if (!equal(present[name] ?? [], rules)) changes[name] = rules
  for (const name of Object.keys(present)) if (isOfService(name) && !wanted[name]) changes[name] = []
  return changes
}

/** Other KUBE- chains are the kubelet's. */
const isOfService = (chain: string): boolean => /^KUBE-(SVC|SVL|EXT|FW|SEP)-/.test(chain)
