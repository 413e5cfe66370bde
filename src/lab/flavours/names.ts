import type { Encapsulation } from '#lab/encapsulation.ts'

/** Light on purpose: who only needs to know which flavours there are loads no lab. */
export const flavours = ['plain', 'hardened', 'operator', 'iks-classic', 'iks-vpc', 'roks'] as const
export type Flavour = (typeof flavours)[number]

/** What is special about each, for people. */
export const flavourSays: Readonly<Record<Flavour, string>> = {
  plain: 'Calico by manifest, stock image, privileged',
  hardened: "the incident replay's: rebuilt image, calico-node as uid 10001, runtime folders by tmpfiles.d",
  operator: 'Calico by tigera-operator in calico-system, with Typha',
  'iks-classic':
    'IBM Cloud, classic infrastructure: three zones of VLANs, the master is the provider’s (no node of the cluster)',
  roks: 'Red Hat OpenShift on IBM Cloud, VPC, 4.14 or what --kubernetes means (1.31.9: 4.18): CRI-O on RHEL or CoreOS, openshift-* namespaces; Calico by tigera-operator',
  'iks-vpc':
    'IBM Cloud, VPC: subnets of three zones behind security groups, the master behind an endpoint gateway; Calico by tigera-operator',
}

/** What a lab runs where nobody chooses. */
export const usualVersions: Readonly<
  Record<Flavour, { readonly kubernetes: string; readonly calico: string }>
> = {
  plain: { kubernetes: '1.31.9', calico: '3.29.3' },
  hardened: { kubernetes: '1.31.9', calico: '3.29.3' },
  operator: { kubernetes: '1.31.9', calico: '3.29.3' },
  // The last release in which Calico came by manifest, in kube-system.
  'iks-classic': { kubernetes: '1.28.15', calico: '3.26.4' },
  'iks-vpc': { kubernetes: '1.31.9', calico: '3.28.3' },
  // OpenShift 4.14: the last release in which an init container makes HostEndpoints, the first with konnectivity. Others: openshift-releases.ts.
  roks: { kubernetes: '1.27.16', calico: '3.26.4' },
}

/** Of the default pool, as the flavour's owner has it. */
export const usualEncapsulation: Readonly<Record<Flavour, Encapsulation>> = {
  plain: 'none',
  hardened: 'none',
  operator: 'none',
  'iks-classic': 'ipip-cross-subnet',
  'iks-vpc': 'ipip-cross-subnet',
  roks: 'ipip-cross-subnet',
}

/** The names in a client certificate. */
export interface Administrator {
  readonly commonName: string
  readonly organization: string
}

/** What kubeadm writes into admin.conf, and binds: kubernetes/kubernetes:cmd/kubeadm/app/constants/constants.go. */
const ofKubeadm: Administrator = {
  commonName: 'kubernetes-admin',
  organization: 'kubeadm:cluster-admins',
}

/** `ibmcloud ks cluster config --admin`: the service binds no group of its own, so it must be the one that needs no binding. */
const ofProvider: Administrator = { commonName: 'admin', organization: 'system:masters' }

/** Who the cluster's administrator is, as kubeconfigs say it. */
export const administrators: Readonly<Record<Flavour, Administrator>> = {
  plain: ofKubeadm,
  hardened: ofKubeadm,
  operator: ofKubeadm,
  'iks-classic': ofProvider,
  'iks-vpc': ofProvider,
  roks: ofProvider,
}
