import { Trouble } from '#base/trouble.ts'
import type { ApiTrouble, ClusterApi } from '#sources/live/api.ts'

/** The one line for "nothing at all could be read" (exit code 2). */
export function unreadable(api: ClusterApi, trouble: ApiTrouble): Trouble {
  const place = `the cluster of context "${api.context}" (${api.server})`
  switch (trouble.kind) {
    case 'unauthorized':
      return new Trouble(
        'cluster-unauthorized',
        `${place} refuses the credentials of user "${api.user}": ${trouble.says}`,
        {
          hint: 'log in again, or choose another context with --context',
        },
      )
    case 'forbidden':
      return new Trouble(
        'cluster-forbidden',
        `${place} lets user "${api.user}" read nothing: ${trouble.says}`,
        {
          hint: 'ask for the right to list nodes, pods and events, e.g. the ClusterRole "view" and list on nodes',
        },
      )
    case 'timed-out':
    case 'unreachable':
      return new Trouble('cluster-unreachable', `${place} does not answer: ${trouble.says}`, {
        hint: 'check the network, VPN or proxy to that address, or choose another context with --context',
      })
    case 'untrusted':
      return new Trouble('cluster-untrusted', `no trusted connection to ${place}: ${trouble.says}`, {
        hint: 'fetch a new kubeconfig: its certificates or its certificate authority do not fit the server',
      })
    case 'server-error':
      return new Trouble('cluster-failing', `${place} answers every request with an error: ${trouble.says}`, {
        hint: 'the API server itself is in trouble; look at it before Calico',
      })
    default:
      return new Trouble(
        'cluster-not-kubernetes',
        `what answers at ${place} is no Kubernetes API: ${trouble.says}`,
        {
          hint: 'check the server address in the kubeconfig',
        },
      )
  }
}
