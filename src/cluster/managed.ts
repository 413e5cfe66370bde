/** IBM Cloud's managed clusters: what tells them, and what the provider sets there. */
import type { Fact, Provenance, Reads } from '#cluster/facts.ts'
import type { NodeRow } from '#cluster/relations.ts'

export type ManagedReads = 'nodes' | 'workers' | 'versions'

/** What tells that IBM manages this cluster: labels that it sets on nodes, versions that it builds, its own list of workers. */
export function managedBy(view: Reads<ManagedReads>): { readonly from: Provenance } | undefined {
  const node = view.rows('nodes').find(isOfProvider)
  if (node !== undefined) return node
  const [worker] = view.rows('workers').filter(({ id }) => id.startsWith('kube-'))
  return worker ?? view.rows('versions').find(({ of, version }) => of === 'kubernetes' && isBuild(version))
}

const isOfProvider = ({ labels, kubeletVersion }: Fact<NodeRow>): boolean =>
  Object.keys(labels).some((key) => key.startsWith(prefix)) || isBuild(kubeletVersion ?? '')

/** @see https://cloud.ibm.com/docs/containers?topic=containers-cs_versions (v1.31.4+IKS; 4.16.8_1536_openshift) */
const isBuild = (version: string): boolean => version.endsWith('+IKS') || version.endsWith('_openshift')

const prefix = 'ibm-cloud.kubernetes.io/'

/**
 * `softlayer` for classic infrastructure, `g2` for VPC; undefined where no node says it (Satellite does not), and where they
 * disagree.
 */
export function infrastructureOf(view: Reads<'nodes'>): string | undefined {
  const told = new Set(view.rows('nodes').flatMap(({ labels }) => labels[`${prefix}iaas-provider`] ?? []))
  const [only] = told
  return told.size === 1 ? only : undefined
}

/** The cluster's id stands in those of its workers: `kube-<cluster>-<name>-<pool>-<8 hex>`. */
export function managedClusterId(view: Reads<'nodes' | 'workers'>): string | undefined {
  const ids = [
    ...view.rows('nodes').flatMap(({ labels }) => labels[`${prefix}worker-id`] ?? []),
    ...view.rows('workers').map(({ id }) => id),
  ]
  return ids.find((id) => id.startsWith('kube-'))?.split('-')[1]
}

/**
 * Images that the provider built or mirrors: its own registry, in the region's or the older name.
 *
 * @see https://cloud.ibm.com/docs/openshift?topic=openshift-calico-mtu (registry: us.icr.io/armada-master/)
 */
export const isProviderImage = (image: string): boolean =>
  /^(?:[a-z0-9-]{1,20}\.)?icr\.io\/|^registry\.(?:[a-z0-9-]{1,20}\.)?bluemix\.net\//.test(image)

/** The provider's own choice is by the names of its machines' interfaces. */
export const isProviderAutodetection = (method: string): boolean => method.startsWith('interface=')
