import type { RelationInfo } from '#cluster/relations/relation.ts'

/** A virtual private endpoint gateway of a VPC: addresses in its subnets behind which a service of the provider is reached. */
export interface EndpointGatewayRow {
  readonly name: string // of a cluster's master: iks-<cluster id>
  readonly health?: string // ok, degraded, faulted, inapplicable
  readonly lifecycle?: string // stable, pending, updating, waiting, suspended, failed, deleting
  /** Names of the security groups that guard it. */
  readonly groups?: readonly string[]
}

/** @see https://cloud.ibm.com/apidocs/vpc (EndpointGateway) */
export const endpointGatewaysInfo: RelationInfo<EndpointGatewayRow> = {
  key: ({ name }) => name,
  command: () => 'ibmcloud is endpoint-gateways',
  permission: 'the cloud account’s viewer role',
  tier: 'deep',
  cost: 4,
  carriesSymptoms: false,
}
