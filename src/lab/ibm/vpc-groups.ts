import { cluster, masterPort } from '#lab/ibm/account.ts'
import { vpcId, vpcPodCidr, vpcZones } from '#lab/ibm/vpc-zones.ts'
import { agentPort } from '#lab/konnectivity/wire.ts'
import type { GroupPlan, GroupRule } from '#lab/network/fabric-plan.ts'
import { shopNodePort } from '#lab/workload/customers.ts'

/** The security group of the workers. */
export const workersGroup = `kube-${cluster.id}`

/**
 * That of the endpoint gateway of the cluster's master: one of its own in a cluster that is secure by default, before that the VPC's.
 *
 * @see ibm-cloud-docs/containers:vpc-security-group2.md (kube-vpegw-<clusterID>), vpc-security-group.md before 1.30 (kube-<vpc-id>:
 *   "attached to any cluster-related VPE gateways in the VPC")
 */
export const endpointGroup = ({ isSecureByDefault }: { readonly isSecureByDefault: boolean }): string =>
  isSecureByDefault ? `kube-vpegw-${cluster.id}` : `kube-${vpcId}`

/** Lets the workers in to what they ask their master for, and their subnets to its API. What the VPC's own group lets in is not published. */
export const endpointRules = (o: { readonly isSecureByDefault: boolean }): GroupPlan => ({
  name: endpointGroup(o),
  inbound: [
    { protocol: 'tcp', ports: masterPort, remote: { group: workersGroup } },
    { protocol: 'tcp', ports: agentPort, remote: { group: workersGroup } },
    ...vpcZones.map(({ subnet }) => ({
      protocol: 'tcp' as const,
      ports: masterPort,
      remote: { cidr: subnet },
    })),
  ],
  outbound: [],
})

/** Of the load balancers. */
export const balancersGroup = `kube-lbaas-${cluster.id}`

/**
 * What the provider puts into the workers' group. Of a cluster that is secure by default nothing goes out that is not listed, until
 * its owner turns the protection of outbound traffic off: then, and in older clusters, everything goes out.
 *
 * Not imitated: the VPC's own group, in which workers of older clusters are as well; it is there that everything is let out. The
 * provider does not publish the rule that it adds when the protection is turned off.
 *
 * @see ibm-cloud-docs/containers:vpc-security-group2.md (rules), vpc-security-group.md before 1.30 ("Allows all outbound traffic by
 *   default"), sbd-allow-outbound.md ("This option allows all external network connections")
 */
export const workersRules = ({ outboundProtected }: { readonly outboundProtected: boolean }): GroupPlan => ({
  name: workersGroup,
  inbound: [
    { remote: { cidr: vpcPodCidr } },
    { remote: { group: workersGroup } },
    { protocol: 'icmp', remote: { cidr: '0.0.0.0/0' } },
    { protocol: 'tcp', ports: shopNodePort, remote: { group: balancersGroup } },
  ],
  outbound: [
    { remote: { cidr: vpcPodCidr } },
    { remote: { group: workersGroup } },
    { remote: { cidr: '161.26.0.0/16' } },
    ...vpcZones.map((each) => ({ remote: { cidr: `${each.endpoint}/32` } })),
    { remote: { cidr: '166.8.0.0/14' } },
    { remote: { cidr: '169.254.169.254/32' } },
    ...(outboundProtected ? [] : [toEverybody]),
  ],
})

const toEverybody: GroupRule = { remote: { cidr: '0.0.0.0/0' } }

/** Whether a rule lets everything out, as that of an unprotected cluster does. */
export const isToEverybody = ({ protocol, ports, remote }: GroupRule): boolean =>
  protocol === undefined &&
  ports === undefined &&
  (remote === undefined || ('cidr' in remote && remote.cidr === '0.0.0.0/0'))

/** What is in front of the cluster reaches what it likes, and is asked by nobody. */
export const balancers: GroupPlan = { name: balancersGroup, inbound: [], outbound: [{}] }
