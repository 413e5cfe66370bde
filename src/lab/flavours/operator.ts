/** A cluster made by kubeadm whose owner installed Calico by tigera-operator: calico-system, Typha, certificates. */
import { calicoHostFiles, calicoImages, operatorInstallation, operatorManifests } from '#lab/calico/index.ts'
import type { InstallationSpec } from '#lab/calico/operator/installation.ts'
import { applied } from '#lab/flavours/applied.ts'
import type { FlavourDefinition } from '#lab/flavours/flavour.ts'
import { kubeadmAddons, kubeadmDisk, kubeadmImages, nextOsUpdate, shop } from '#lab/flavours/manifest.ts'
import { kubeadmPlan } from '#lab/plan.ts'
import { workloadImages } from '#lab/workload/index.ts'

const stock = { flavour: 'plain' } as const

const withoutBgp = (cidr: string): InstallationSpec => ({
  calicoNetwork: {
    bgp: 'Disabled',
    ipPools: [{ name: 'default-ipv4-ippool', cidr, encapsulation: 'VXLAN' }],
  },
})

export const operator: FlavourDefinition = {
  plan: kubeadmPlan,
  disk: (node, plan) => [...kubeadmDisk(node, plan), ...calicoHostFiles(stock), ...nextOsUpdate],
  images: (plan) => [
    ...kubeadmImages(plan),
    ...calicoImages({ ...stock, version: plan.calico }),
    ...workloadImages(),
  ],
  manifests: (plan) => [
    ...kubeadmAddons(plan),
    ...operatorManifests(plan.calico),
    operatorInstallation(plan.podCidr, plan.backend === 'vxlan' ? withoutBgp(plan.podCidr) : {}),
    ...shop(plan).map(applied),
  ],
}
