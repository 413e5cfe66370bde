import { baseOs } from '#lab/host/os.ts'
import type { Tree } from '#lab/host/ports.ts'
import { cluster } from '#lab/ibm/account.ts'
import type { Infrastructure } from '#lab/ibm/infrastructure.ts'
import { masterProxyFiles } from '#lab/ibm/master-proxy.ts'
import { kubernetesHostFiles } from '#lab/kubelet/host-files.ts'
import { lookingTools, networkTools } from '#lab/network/tools.ts'
import type { ClusterPlan, NodePlan } from '#lab/plan.ts'

/** A worker as it is delivered, and again after a reload: named after its id, kubelet's node after its private address. */
export const workerDisk = (node: NodePlan, plan: ClusterPlan, infrastructure: Infrastructure): Tree => [
  ...baseOs({
    hostname: node.workerId ?? node.name,
    nameserver: infrastructure.nameserver,
    ...(plan.runtime === 'cri-o' && { distribution: 'rhel', kernelRelease: rhelKernel }),
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

/** Of Red Hat Enterprise Linux 8.10, which OpenShift's workers run here. */
const rhelKernel = '4.18.0-553.33.1.el8_10.x86_64'
