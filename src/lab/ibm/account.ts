/**
 * What the provider's account knows, before anything happens: a cluster, the networks its workers are on. Ids and names have
 * the provider's forms (a cluster's 20 characters, a worker's `kube-<cluster>-<name>-<pool>-<8 hex>`), their values are made up.
 */
export interface Zone {
  readonly name: string // dal10
  readonly private: Vlan
  readonly public: Vlan
}

/** A VLAN of a classic zone with the cluster's primary subnet on it. */
export interface Vlan {
  readonly id: string // seven digits
  readonly number: number
  readonly router: string // bcr01a.dal10
  readonly subnet: string
  readonly gateway: string
}

export const cluster = {
  id: 'cn3rlqcd0aj2tq8e4o50',
  name: 'shop',
  region: 'us-south',
  resourceGroup: 'Default',
  account: '0f1e2d3c4b5a69788796a5b4c3d2e1f0',
} as const

export const pool = { id: `${cluster.id}-6f1d0c2`, name: 'default' } as const

const vlan = (id: string, number: number, router: string, subnet: string, gateway: string): Vlan => ({
  id,
  number,
  router,
  subnet,
  gateway,
})

/** The public subnets are ranges for documentation (RFC 5737): nobody's addresses. */
export const classicZones: readonly Zone[] = [
  {
    name: 'dal10',
    private: vlan('2234945', 1321, 'bcr01a.dal10', '10.176.48.64/26', '10.176.48.65'),
    public: vlan('2234947', 1278, 'fcr01a.dal10', '198.51.100.0/26', '198.51.100.1'),
  },
  {
    name: 'dal12',
    private: vlan('2263901', 1544, 'bcr02a.dal12', '10.184.58.0/26', '10.184.58.1'),
    public: vlan('2263903', 1102, 'fcr02a.dal12', '198.51.100.64/26', '198.51.100.65'),
  },
  {
    name: 'dal13',
    private: vlan('2283807', 1187, 'bcr01a.dal13', '10.208.16.128/26', '10.208.16.129'),
    public: vlan('2283809', 1013, 'fcr01a.dal13', '198.51.100.128/26', '198.51.100.129'),
  },
]

/** The range of Services that the provider gives a cluster whose owner asks for no other. */
export const servicesRange = '172.21.0.0/16'

/** What lies beside the workers' networks. */
export const services = {
  /** The provider's own services: resolvers, mirrors, the registry's private address. */
  iaas: { subnet: '10.0.80.0/24', gateway: '10.0.80.1', registry: '10.0.80.11', customers: '10.0.80.21' },
  /** Between the backend router and the account's gateway appliance. */
  transit: {
    subnet: '10.191.200.0/29',
    gateway: '10.191.200.1',
    appliance: '10.191.200.2',
  },
  /** Cloud service endpoints: where a master is reached privately. */
  cse: { subnet: '166.9.48.0/24', gateway: '166.9.48.1', master: '166.9.48.12' },
  /** The internet, as far as the lab has one. */
  internet: { subnet: '203.0.113.0/24', gateway: '203.0.113.1', master: '203.0.113.17' },
} as const

/** Of the master: a port of its own on addresses that many masters share. */
export const masterPort = 30_526

/** The local proxy for the API server, the same address on every worker. */
export const apiProxy = { address: '172.20.0.1', port: 2040 } as const
