import type { Call, Commands } from '#lab/ibm/cli/command.ts'

/**
 * The private service endpoint of a classic cluster's master, beside the public one. Neither of its parts hears of it by itself: the
 * agents of Konnectivity do with a refresh of the master, a worker's proxy with the worker's next disk. It can be enabled in an account
 * without VRF, and is reached by nobody there.
 *
 * Not imitated: the prompts by which both are done at once, access lists, a public endpoint that is disabled. The words printed are not
 * published.
 *
 * @see ibm-cloud-docs/containers:kubernetes-service-cli.md (cluster master private-service-endpoint enable: "Reload all the worker nodes in
 *   your cluster to pick up the private endpoint configuration")
 */
export const serviceEndpointCommands: Commands = {
  'ks cluster master private-service-endpoint enable': {
    needs: ['cluster'],
    only: 'classic',
    run: (call) => set(call, true),
  },

  'ks cluster master private-service-endpoint disable': {
    needs: ['cluster'],
    only: 'classic',
    run: (call) => set(call, false),
  },
}

function set({ account: { inventory } }: Call, hasPrivateMaster: boolean): string {
  inventory.hasPrivateMaster = hasPrivateMaster
  return 'OK\nRefresh the cluster master, and reload the worker nodes.\n'
}
