import type { Draft, KubeObject } from '#lab/api/objects.ts'
import { appliedDefinitions, calicoHostFiles, calicoImages } from '#lab/calico/index.ts'
import { coreDnsImages } from '#lab/coredns/index.ts'
import { applied } from '#lab/flavours/applied.ts'
import type { FlavourDefinition } from '#lab/flavours/flavour.ts'
import { byOperator, released, shop } from '#lab/flavours/iks.ts'
import { calicoExtension, calicoExtensionImages } from '#lab/ibm/calico-extension.ts'
import { IbmCloud } from '#lab/ibm/cloud.ts'
import { haproxy } from '#lab/ibm/haproxy.ts'
import { masterDisk } from '#lab/ibm/master.ts'
import { masterProxyImages } from '#lab/ibm/master-proxy.ts'
import { mirroredImages, publishedImages } from '#lab/ibm/mirror.ts'
import { openShiftConfig } from '#lab/ibm/openshift/config.ts'
import { openShiftDns } from '#lab/ibm/openshift/dns.ts'
import {
  keepalivedWatcher,
  keepalivedWatcherImages,
  keepalivedWatcherManifests,
} from '#lab/ibm/openshift/keepalived-watcher.ts'
import { openShiftKubeProxy } from '#lab/ibm/openshift/kube-proxy.ts'
import { securityContextConstraints } from '#lab/ibm/openshift/scc.ts'
import { clusterPolicyController, securityAllocationRbac } from '#lab/ibm/openshift/security-allocation.ts'
import { defaultPolicies } from '#lab/ibm/policies.ts'
import { openShift } from '#lab/ibm/product.ts'
import { openShiftPlan, vpc, vpcMasterMachine } from '#lab/ibm/vpc-plan.ts'
import { workerDisk } from '#lab/ibm/worker-disk.ts'
import { konnectivityImages, konnectivityManifests } from '#lab/konnectivity/index.ts'
import { kubeProxyImages } from '#lab/kube-proxy/index.ts'
import { openShiftOf } from '#lab/openshift-releases.ts'
import type { ClusterPlan } from '#lab/plan.ts'
import { workloadImages } from '#lab/workload/index.ts'

/**
 * Red Hat OpenShift on IBM Cloud in a VPC; which release, Kubernetes' version says.
 *
 * Not imitated: OpenShift's own API server and kinds (projects, routes, machine configuration), its
 * operators and their namespaces but for the few that the runbooks speak of; Multus and the folders of CNI that it brings
 * (`/var/run/multus/cni/net.d`); what differs in RHEL and CoreOS beyond
 * their names (files of CoreOS can be written everywhere); Calico's API server, which masters bring from 4.16 on.
 */
export const roks: FlavourDefinition = {
  plan: openShiftPlan,
  disk: (node, plan) => [
    ...workerDisk(node, plan, vpc, openShiftOf(plan.kubernetes).os),
    ...calicoHostFiles({ flavour: 'plain' }),
  ],
  others: (plan) => [{ machine: vpcMasterMachine, tree: masterDisk(plan, ['cluster-policy-controller']) }],
  programs: {
    haproxy,
    'calico-extension': calicoExtension,
    'cluster-policy-controller': clusterPolicyController,
    'ibm-keepalived-watcher': keepalivedWatcher,
  },
  cloud: (plan) => {
    const release = openShiftOf(plan.kubernetes)
    return new IbmCloud({
      plan,
      infrastructure: vpc,
      product: openShift(release),
      version: release.version,
      managed: () => [...appliedDefinitions(plan.calico, { byOperator: true }), ...ofTheProvider(plan)],
    })
  },
  images: (plan) => [
    ...kubeProxyImages(released(plan)),
    ...coreDnsImages(),
    ...konnectivityImages(),
    ...mirroredImages(calicoImages({ flavour: 'plain', version: plan.calico })),
    ...calicoExtensionImages(),
    ...keepalivedWatcherImages(),
    ...masterProxyImages(),
    ...workloadImages(),
  ],
  published: (plan) => publishedImages(calicoImages({ flavour: 'plain', version: plan.calico })),
  manifests: (plan) => [...ofTheProvider(plan), ...shop(plan).map(applied)],
}

/** What a refresh of the master brings back. */
const ofTheProvider = (
  plan: ClusterPlan,
  release = openShiftOf(plan.kubernetes),
): readonly Draft<KubeObject>[] => [
  ...securityContextConstraints(),
  ...securityAllocationRbac(),
  ...openShiftConfig({
    podCidr: plan.podCidr,
    serviceCidr: plan.serviceCidr,
    version: release.version,
  }),
  ...openShiftKubeProxy({
    server: `https://${plan.apiServer.address}:${plan.apiServer.port}`,
    clusterCidr: plan.podCidr,
    version: released(plan),
  }),
  ...openShiftDns({ clusterIp: plan.dnsServiceIp }),
  ...konnectivityManifests({ address: vpc.konnectivityServer({ hasPrivateMaster: true }) }),
  ...byOperator(plan, { kubernetesProvider: 'OpenShift' }),
  ...keepalivedWatcherManifests({ makesEndpoints: !openShift(release).makesEndpoints(release.version) }),
  ...defaultPolicies(plan.podCidr),
]
