import type { OpenedCluster } from '#app/cluster.ts'
import { sessionWith } from '#app/cluster.ts'
import { diagnoseLive, type Engine, readOptions } from '#app/diagnose.ts'
import { clockOf, clusterIn } from '#app/lab-in-process.ts'
import { repair, undoRepair } from '#app/repair.ts'
import type { Facts } from '#cluster/facts.ts'
import { modes } from '#failures/generated/detectors.ts'
import { remedies } from '#failures/generated/repairs.ts'
import type { Lab } from '#lab/lab.ts'
import { type Journal, memoryJournal } from '#repair/journal.ts'
import type { DiagnosisReport } from '#report/types.ts'
import { readCluster } from '#sources/live/index.ts'

export const engine: Engine = { modes, remedies }

export { clockOf }

export const clusterOf = (lab: Lab): OpenedCluster => clusterIn(lab, 'test')

/** The same for whoever has its kubeconfig and no more: no shell on nodes, no account of the provider's. */
const throughKubeconfig = (lab: Lab): OpenedCluster => {
  const { transport, identity } = clusterOf(lab)
  return { transport, identity }
}

export async function diagnosed(
  lab: Lab,
  { deep = true, kubeconfigOnly = false } = {},
): Promise<DiagnosisReport> {
  const cluster = kubeconfigOnly ? throughKubeconfig(lab) : clusterOf(lab)
  for await (const event of diagnoseLive({ cluster, clock: clockOf(lab), deep, ...engine }))
    if (event.kind === 'report') return event.report
  throw new Error('no report came')
}

export async function factsOf(lab: Lab): Promise<Facts> {
  const options = { clock: clockOf(lab), deep: true }
  const session = sessionWith(clusterOf(lab))
  return (await readCluster(readOptions(session, options))).facts
}

/** Carries out the plans of what is found; answers how each step ended and the outcome. */
export async function repaired(lab: Lab, journal: Journal = memoryJournal()) {
  const steps: string[] = []
  let outcome = 'no plan'
  let says = ''
  for await (const event of repair({
    cluster: clusterOf(lab),
    clock: clockOf(lab),
    deep: true,
    ...engine,
    act: { journal, goal: 'restore', holder: 'test' },
  })) {
    if (event.kind === 'step-ended') steps.push(event.how)
    if (event.kind === 'finished') {
      outcome = event.outcome
      says = `${event.says} ${event.claims.map((claim) => `${claim.id}=${claim.holds}`).join(' ')}`
    }
  }
  return { steps, outcome, says }
}

/** Takes back what the journal holds; answers the outcome. */
export async function undone(lab: Lab, journal: Journal): Promise<string> {
  let outcome = 'nothing'
  for await (const event of undoRepair({
    cluster: clusterOf(lab),
    clock: clockOf(lab),
    ...engine,
    act: { journal, goal: 'restore', holder: 'test' },
  }))
    if (event.kind === 'finished') outcome = event.outcome
  return outcome
}
