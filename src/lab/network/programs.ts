import { coreDnsPrograms } from '#lab/coredns/index.ts'
import type { Program } from '#lab/host/ports.ts'
import { kubeProxyPrograms } from '#lab/kube-proxy/index.ts'
import { toolPrograms } from '#lab/network/tools.ts'
import { workloadPrograms } from '#lab/workload/index.ts'

/** Every program of the network side of the lab, by the name that executables carry. */
export const networkPrograms: Readonly<Record<string, Program>> = {
  ...toolPrograms,
  ...kubeProxyPrograms,
  ...coreDnsPrograms,
  ...workloadPrograms,
}
