/** A lab of this process as the use cases see a cluster: the same API server and kubelets answer, without sockets. */
import type { OpenedCluster } from '#app/cluster.ts'
import type { Clock } from '#base/clock.ts'
import { ok } from '#base/result.ts'
import type { Lab } from '#lab/lab.ts'
import { inProcessTransport } from '#sources/live/index.ts'

/** `name`: what the lab is called. */
export const clusterIn = (lab: Lab, name: string): OpenedCluster => ({
  transport: inProcessTransport(
    ({ method, path, headers, body }) =>
      lab.request({ method, path, headers, ...(body === undefined ? {} : { body }) }),
    (request) => lab.execInPod(request),
  ),
  identity: { server: 'http://lab', context: `ninelives-lab-${name}`, user: name },
  shell: {
    run: async (node, argv) => ok(await lab.run(node, argv)),
    command: (node, argv) => `ninelives lab exec ${node} -- ${argv.join(' ')}`,
  },
  provider: {
    run: async (argv) => ok(await lab.cloud(argv)),
    command: (argv) => `ninelives lab ibmcloud -- ${argv.join(' ')}`,
  },
  lab: name,
})

/** The lab's time; sleeping lets it pass. */
export const clockOf = (lab: Lab): Clock => ({
  now: () => lab.nowMs,
  monotonic: () => lab.nowMs,
  sleep: (ms) => lab.advance(ms),
})
