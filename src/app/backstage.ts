/** What a drill needs of the engines: the faults, the diagnosis of a lab in this process, kubectl. */
import { diagnoseLive, type Engine } from '#app/diagnose.ts'
import { clockOf, clusterIn } from '#app/lab-in-process.ts'
import type { Diagnosis } from '#diagnosis/types.ts'
import type { Backstage } from '#drill/stage/ports.ts'
import type { Fault } from '#lab/fault.ts'
import { kubectlTool } from '#lab/kubectl/commands.ts'
import { labKubectl } from '#lab/kubectl/lab-kubectl.ts'
import { ocTool } from '#lab/kubectl/oc/oc.ts'
import type { Lab } from '#lab/lab.ts'

export function backstage(engine: Engine, faults: Readonly<Record<string, () => Promise<Fault>>>): Backstage {
  return {
    fault: (mode) => faults[mode]?.(),
    kubectl: (lab, command, { as, ...o } = {}) =>
      labKubectl(lab, command, { ...o, tool: as === 'oc' ? ocTool : kubectlTool }),
    diagnose: (lab) => diagnosed(lab, engine),
  }
}

async function diagnosed(lab: Lab, engine: Engine): Promise<Diagnosis> {
  const cluster = clusterIn(lab, 'drill')
  for await (const event of diagnoseLive({ cluster, clock: clockOf(lab), deep: true, ...engine }))
    if (event.kind === 'report') return event.report.diagnosis
  throw new Error('a diagnosis ends in a report')
}
