import type { NodeShell } from '#sources/live/api.ts'
import type { LiveContext } from '#sources/live/context.ts'
import { readFromHostCommands } from '#sources/live/deep/from-host-commands.ts'
import type { HostCommand } from '#sources/live/deep/host-commands.ts'
import type { Suspect } from '#sources/live/suspects.ts'
import { joined, type Reading } from '#sources/reading.ts'

/** Each transition is a line: the last ones tell how it stands. Where there is no such proxy, nothing is told. */
const proxyLog: HostCommand = {
  argv: ['sh', '-c', 'tail -qn 50 /var/log/pods/kube-system_ibm-master-proxy-static-*/*/*.log 2>/dev/null'],
  whole: [],
}

/**
 * What the proxies say through which IBM Cloud's workers reach their master. A node that goes by a backup way looks well from outside, and
 * the API server, asked for this log, often cannot reach the kubelet then: Konnectivity knows no other way.
 */
export const readMasterProxies = async (
  context: LiveContext,
  {
    shell,
    nodes,
    nowMs,
  }: { readonly shell: NodeShell; readonly nodes: readonly Suspect[]; readonly nowMs: number },
): Promise<Reading> =>
  joined(
    await Promise.all(
      nodes.map(({ node }) => readFromHostCommands(context, { shell, node, nowMs, commands: [proxyLog] })),
    ),
  )
