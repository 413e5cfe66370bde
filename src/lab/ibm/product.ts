import { isByOperator } from '#lab/ibm/era.ts'
import type { OpenShiftRelease } from '#lab/openshift-releases.ts'

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
  /**
   * Whether HostEndpoints are the provider's doing while the master is of this version: before, an init container on each worker
   * made them.
   *
   * @see ibm-cloud-docs/containers:cs_versions_129.md, ibm-cloud-docs/openshift:openshift_versions_changelog_415.md (the IBM Calico
   *   extension: "Component has been removed")
   */
  makesEndpoints(version: string): boolean
}

export const kubernetes: Product = {
  type: 'kubernetes',
  numbered: (version) => `${version}_1570`,
  os: 'UBUNTU_20_64',
  roles: [],
  isSecureByDefault: (version) => minorOf(version) >= 30,
  makesEndpoints: isByOperator,
}

/**
 * Every node is `master,worker`, from 4.18 on `worker` alone.
 *
 * @see ibm-cloud-docs/openshift:openshift_versions_418.md (label node-role.kubernetes.io/master removed)
 */
export const openShift = ({ version: own, fixPack, os }: OpenShiftRelease): Product => ({
  type: 'openshift',
  numbered: (version) => `${version}_${fixPack}_openshift`,
  os: os.label,
  roles: minorOf(own) >= 18 ? ['worker'] : ['master', 'worker'],
  isSecureByDefault: isSince15,
  makesEndpoints: isSince15,
})

const isSince15 = (version: string): boolean => minorOf(version) >= 15

const minorOf = (version: string): number => Number(version.split('.')[1])
