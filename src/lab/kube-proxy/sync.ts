import { equal } from '#base/equal.ts'
import type { DesiredChains } from '#lab/kube-proxy/desired.ts'
import { baseRules, type Chains } from '#lab/kube-proxy/rules.ts'
import type { Net, Rule, Table } from '#lab/network/ports.ts'

/** Makes a node's tables say what the services are now; chains that already do are left alone. */
export async function syncRules(net: Net, { nat, filter }: DesiredChains): Promise<void> {
  await syncTable(net.nat, nat, baseRules.nat)
  await syncTable(net.filter, filter, baseRules.filter)
}

/** One restore for a table, and none when nothing differs, so that an idle resync moves nothing. */
async function syncTable(
  table: Table,
  wanted: Chains,
  bases: Readonly<Record<string, readonly Rule[]>>,
): Promise<void> {
  const present = table.chains()
  const changes: Record<string, readonly Rule[]> = {}
  for (const [name, rules] of Object.entries(wanted))
    if (!equal(present[name] ?? [], rules)) changes[name] = rules
  for (const name of Object.keys(present)) if (isOfService(name) && !wanted[name]) changes[name] = []
  for (const [base, rules] of Object.entries(bases)) {
    // Like EnsureRule: a rule that is there stays where it is, even behind those of others.
    const missing = rules.filter((rule) => !(present[base] ?? []).some((other) => equal(other, rule)))
    if (missing.length > 0) changes[base] = [...missing, ...(present[base] ?? [])]
  }
  if (Object.keys(changes).length > 0) await table.restore(changes)
}

/** Other KUBE- chains are the kubelet's. */
const isOfService = (chain: string): boolean => /^KUBE-(SVC|SVL|EXT|FW|SEP)-/.test(chain)
