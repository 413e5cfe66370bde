import { rfc3339 } from '#base/clock.ts'
import type { KubeClient } from '#lab/api/client.ts'
import { resources } from '#lab/api/ports.ts'
import { apiErrorText } from '#lab/calico/errors.ts'
import { type Log, raw } from '#lab/calico/log.ts'
import type { Process } from '#lab/host/ports.ts'

/**
 * Tells Kubernetes that the node's network is there or not (projectcalico/calico:node/pkg/lifecycle/utils/utils.go,
 * SetNodeNetworkUnavailableCondition). Tries until `timeoutMs` have passed; answers the last error's text then.
 */
export async function setNetworkUnavailable(
  p: Process,
  kube: KubeClient,
  log: Log,
  o: { readonly node: string; readonly value: boolean; readonly timeoutMs: number },
): Promise<string | undefined> {
  log.info('utils.go 190', `Setting NetworkUnavailable to ${o.value}`)
  const limitMs = p.now() + o.timeoutMs
  let last = ''
  while (p.now() < limitMs) {
    try {
      await patchCondition(p, kube, o.node, o.value)
      return undefined
    } catch (error) {
      last = apiErrorText(error)
      log.warn('utils.go 227', 'Failed to set NetworkUnavailable; will retry', { error: raw(last) })
      // The real one tries again without a pause; a request takes it about this long.
      await p.sleep(100)
    }
  }
  return `timed out patching node, last error was: ${last}`
}

async function patchCondition(p: Process, kube: KubeClient, node: string, value: boolean): Promise<void> {
  const now = rfc3339(p.now())
  const condition = {
    type: 'NetworkUnavailable',
    status: value ? 'True' : 'False',
    lastHeartbeatTime: now,
    lastTransitionTime: now,
    reason: value ? 'CalicoIsDown' : 'CalicoIsUp',
    message: value ? 'Calico is shutting down on this node' : 'Calico is running on this node',
  }
  await kube.patch(
    { type: resources.nodes, name: node },
    { type: 'strategic', body: { status: { conditions: [condition] } } },
    { subresource: 'status', timeoutMs: 10_000 },
  )
}
