/** Listings of clouds whose headers are in capitals. */
import type { CloudRuleRow } from '#cluster/relations.ts'
import { listOf, nameOf, type TableKind } from '#sources/text/readers/table-kinds.ts'

/** @see https://cloud.google.com/sdk/gcloud/reference/compute/firewall-rules/list */
const gcloudFirewall: TableKind = {
  format: 'gcloud firewall rules',
  columns: ['NETWORK', 'DIRECTION', 'ALLOW'],
  relation: 'cloudRules',
  rowsOf: (cells) => {
    const name = nameOf(cells)
    if (name === undefined || !/^(?:INGRESS|EGRESS)$/.test(cells.DIRECTION ?? '')) return undefined
    if (cells.DISABLED === 'True') return []
    const direction = cells.DIRECTION === 'INGRESS' ? 'inbound' : 'outbound'
    const rule = { kind: 'security-group', group: name, direction } as const
    return (['ALLOW', 'DENY'] as const).flatMap((column) =>
      listOf(cells[column]).map((item) => ({
        relation: 'cloudRules' as const,
        row: { ...rule, action: column === 'ALLOW' ? 'allow' : 'deny', ...protocolOf(item) } as const,
      })),
    )
  },
}

/** `tcp:8080-8090`, `ipip`, `4`, `all`. */
function protocolOf(item: string): Pick<CloudRuleRow, 'protocol' | 'portMin' | 'portMax'> {
  const m = /^(?<protocol>\w{1,20})(?::(?<min>\d{1,5})(?:-(?<max>\d{1,5}))?)?$/.exec(item)?.groups
  if (m?.protocol === undefined) return {}
  return {
    protocol: m.protocol,
    ...(m.min !== undefined && { portMin: Number(m.min), portMax: Number(m.max ?? m.min) }),
  }
}

export const cloudKinds: readonly TableKind[] = [gcloudFirewall]
