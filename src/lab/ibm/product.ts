/** What of the provider's a cluster is of: its Kubernetes, or Red Hat's OpenShift. */
export interface Product {
  readonly type: 'kubernetes' | 'openshift'
  /** With the fix pack, as workers are labelled: `1.31.9_1570`, `4.14.38_1590_openshift`. */
  numbered(version: string): string
  /** The workers' operating system, as their label tells it. */
  readonly os: string
  /** Labels that make a node's ROLES. */
  readonly roles: readonly string[]
}

export const kubernetes: Product = {
  type: 'kubernetes',
  numbered: (version) => `${version}_1570`,
  os: 'UBUNTU_20_64',
  roles: [],
}

/** Every node is `master,worker`. */
export const openShift: Product = {
  type: 'openshift',
  numbered: (version) => `${version}_1590_openshift`,
  os: 'REDHAT_8_64',
  roles: ['master', 'worker'],
}
