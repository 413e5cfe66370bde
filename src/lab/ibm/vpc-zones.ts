import { services } from '#lab/ibm/account.ts'

export interface VpcZone {
  readonly name: string
  readonly subnetId: string
  readonly subnet: string
  readonly gateway: string
  /** The reserved address of the cluster's endpoint gateway in this subnet. */
  readonly endpoint: string
}

const zone = (number: 1 | 2 | 3, third: number): VpcZone => ({
  name: `us-south-${number}`,
  subnetId: `0${716 + number}-5c1f7d2a-9e34-4b0c-8d5e-6a1b2c3d4e5${number}`,
  subnet: `10.240.${third}.0/24`,
  gateway: `10.240.${third}.1`,
  endpoint: `10.240.${third}.250`,
})

export const vpcZones: readonly VpcZone[] = [zone(1, 0), zone(2, 64), zone(3, 128)]

/** The VPC of the cluster, by which other commands name it, too. */
export const vpcId = 'r006-1d5c7f2a-9e34-4b0c-8d5e-6a1b2c3d4e50'
export const vpcName = 'shop-vpc'

export const vpcPodCidr = '172.17.0.0/18'

/** Beside the customer's subnets: the provider's services, where the masters are, and the internet. */
export const vpcServices = {
  iaas: { subnet: '161.26.0.0/24', gateway: '161.26.0.1', registry: '161.26.0.7', customers: '161.26.0.21' },
  cse: { subnet: '166.9.48.0/24', gateway: '166.9.48.1', endpoint: '166.9.48.2', master: '166.9.48.12' },
  /** Floating IPs are led to the VPC's router. Both ranges are for documentation (RFC 5737): nobody's addresses. */
  internet: { ...services.internet, registry: '203.0.113.44', floatingIps: '198.51.100.0/24' },
} as const
