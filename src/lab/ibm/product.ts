/** What of the provider's a cluster is of: its Kubernetes, or Red Hat's OpenShift. */
export interface Product {
  readonly type: 'kubernetes' | 'openshift'
  /** With the fix pack, as workers are labelled: `1.31.9_1570`, `4.14.38_1590_openshift`. */
  numbered(version: string): string
  /** The workers' operating system, as their label tells it. */
  readonly os: string
  /** Labels that make a node's ROLES. */
  readonly roles: readonly string[]
  /**
   * Whether a cluster that was delivered in a VPC with this version protects outbound traffic.
   *
   * @see ibm-cloud-docs/containers:vpc-security-group2.md ("new VPC clusters that are created at version 1.30"),
   *   ibm-cloud-docs/openshift:sbd-allow-outbound.md (4.15)
   */
  isSecureByDefault(version: string): boolean
}

export const kubernetes: Product = {
  type: 'kubernetes',
  numbered: (version) => `${version}_1570`,
  os: 'UBUNTU_20_64',
  roles: [],
  isSecureByDefault: (version) => minorOf(version) >= 30,
}

/** Every node is `master,worker`. */
export const openShift: Product = {
  type: 'openshift',
  numbered: (version) => `${version}_1590_openshift`,
  os: 'REDHAT_8_64',
  roles: ['master', 'worker'],
  isSecureByDefault: (version) => minorOf(version) >= 15,
}

/** Of Kubernetes 1.27. */
export const openShiftVersion = '4.14.38'

const minorOf = (version: string): number => Number(version.split('.')[1])
