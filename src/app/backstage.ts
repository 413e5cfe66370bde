/** What a drill needs of the engines: the faults, the diagnosis of a lab in this process, kubectl. */
import type { OpenedCluster } from '#app/cluster.ts'
import { diagnoseLive, type Engine } from '#app/diagnose.ts'
import type { Clock } from '#base/clock.ts'
import { ok } from '#base/result.ts'
import type { Diagnosis } from '#diagnosis/types.ts'
import type { Backstage } from '#drill/stage/ports.ts'
import type { Fault } from '#lab/fault.ts'
import { labKubectl } from '#lab/kubectl/lab-kubectl.ts'
import type { Lab } from '#lab/lab.ts'
import { inProcessTransport } from '#sources/live/index.ts'

export function backstage(engine: Engine, faults: Readonly<Record<string, () => Promise<Fault>>>): Backstage {
  return {
    fault: (mode) => faults[mode]?.(),
    kubectl: labKubectl,
    diagnose: (lab) => diagnosed(lab, engine),
  }
}

async function diagnosed(lab: Lab, engine: Engine): Promise<Diagnosis> {
  const cluster = clusterIn(lab)
  for await (const event of diagnoseLive({ cluster, clock: clockOf(lab), deep: true, ...engine }))
    if (event.kind === 'report') return event.report.diagnosis
  throw new Error('a diagnosis ends in a report')
}

/** A lab of this process as a cluster: the same API server and kubelets answer, without sockets. */
const clusterIn = (lab: Lab): OpenedCluster => ({
  transport: inProcessTransport(
    ({ method, path, headers, body }) =>
      lab.request({ method, path, headers, ...(body === undefined ? {} : { body }) }),
    (request) => lab.execInPod(request),
  ),
  identity: { server: 'http://lab', context: 'ninelives-lab-drill', user: 'drill' },
  shell: {
    run: async (node, argv) => ok(await lab.run(node, argv)),
    command: (node, argv) => `ninelives lab exec ${node} -- ${argv.join(' ')}`,
  },
  lab: 'drill',
})

/** The lab's time; sleeping lets it pass. */
const clockOf = (lab: Lab): Clock => ({
  now: () => lab.nowMs,
  monotonic: () => lab.nowMs,
  sleep: (ms) => lab.advance(ms),
})
