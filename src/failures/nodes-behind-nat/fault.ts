import { clusterSubject } from '#cluster/subjects.ts'
import type { Fault, LabControl } from '#lab/fault.ts'
import { classicZones } from '#lab/ibm/account.ts'
import { backendRouter } from '#lab/ibm/classic-plan.ts'
import type { Rule } from '#lab/network/rule.ts'

/** The network team lets the router between the zones masquerade, as it does towards the internet. */
export const fault: Fault = {
  flavours: ['iks-classic'],
  variants: { 'router-masquerades': 'what goes from one zone to another carries the router’s address' },
  change: (lab) => setRules(lab, translated),
  trigger: () => Promise.resolve(),
  settleMs: () => 8 * 60_000,
  undo: (lab) => setRules(lab, []),
  subjects: () => [clusterSubject],
}

const setRules = (lab: LabControl, rules: readonly Rule[]): Promise<void> =>
  lab.changeUnderlay({
    op: 'router-rules',
    router: backendRouter,
    table: 'nat',
    chains: { POSTROUTING: rules },
  })

const zones = classicZones.map((zone) => zone.private.subnet)
const translated = zones.flatMap((source) =>
  zones
    .filter((destination) => destination !== source)
    .map((destination): Rule => ({ match: { source, destination }, target: { kind: 'masquerade' } })),
)
