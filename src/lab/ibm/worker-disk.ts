import { baseOs } from '#lab/host/os.ts'
import type { Tree } from '#lab/host/ports.ts'
import { cluster } from '#lab/ibm/account.ts'
import type { Infrastructure } from '#lab/ibm/infrastructure.ts'
import { masterProxyFiles } from '#lab/ibm/master-proxy.ts'
import { kubernetesHostFiles } from '#lab/kubelet/host-files.ts'
import { lookingTools, networkTools } from '#lab/network/tools.ts'
import type { WorkerOs } from '#lab/openshift-releases.ts'
import type { ClusterPlan, NodePlan } from '#lab/plan.ts'

/**
 * A worker as it is delivered, and again after a reload: named after its id, kubelet's node after its private address. `os`: of Red Hat;
 * Ubuntu by default.
 */
export const workerDisk = (
  node: NodePlan,
  plan: ClusterPlan,
  infrastructure: Infrastructure,
  os?: WorkerOs,
): Tree => [
  ...baseOs({
    hostname: node.workerId ?? node.name,
    nameserver: infrastructure.nameserver,
    ...(os !== undefined && { distribution: 'rhel', osRelease: os.release, kernelRelease: os.kernel }),
  }),
  ...networkTools(),
  ...lookingTools(),
  ...kubernetesHostFiles({
    node: node.name,
    controlPlane: false,
    version: plan.kubernetes,
    ...(plan.runtime !== undefined && { runtime: plan.runtime }),
    server: `${plan.apiServer.address}:${plan.apiServer.port}`,
    clusterDns: plan.dnsServiceIp,
    kubeletFlags: [
      `--hostname-override=${node.name}`,
      `--provider-id=ibm://${cluster.account}///${cluster.id}/${node.workerId ?? node.name}`,
    ],
  }),
  ...masterProxyFiles(
    infrastructure.masters({ zone: node.zone ?? '', hasPrivateMaster: node.hasPrivateMaster === true }),
  ),
]
