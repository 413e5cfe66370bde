import type { RelationInfo } from '#cluster/relations/relation.ts'

/** A rule of the network around the nodes: security group, network ACL, route table, gateway appliance. */
export interface CloudRuleRow {
  readonly kind: 'security-group' | 'network-acl' | 'route' | 'gateway'
  readonly group: string // its security group, ACL, routing table or appliance
  readonly direction?: 'inbound' | 'outbound'
  readonly action?: 'allow' | 'deny' | 'deliver' | 'drop' | 'delegate'
  readonly protocol?: string // all, tcp, udp, icmp, or an IP protocol's number
  readonly portMin?: number
  readonly portMax?: number
  readonly remote?: string // CIDR or group
  readonly destination?: string // of a route
  readonly nextHop?: string
}

export const cloudRulesInfo: RelationInfo<CloudRuleRow> = {
  key: (row) =>
    [
      row.kind,
      row.group,
      row.direction ?? '',
      row.action ?? '',
      row.protocol ?? '',
      row.portMin ?? '',
      row.portMax ?? '',
      row.remote ?? '',
      row.destination ?? '',
      row.nextHop ?? '',
    ].join('|'),
  command: () =>
    'ibmcloud is security-groups; ibmcloud is network-acls; ibmcloud is vpc-routing-table-routes <vpc> <table>',
  permission: 'the cloud account’s viewer role',
  tier: 'deep',
  cost: 5,
  carriesSymptoms: false,
}
