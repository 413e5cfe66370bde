import type { Diagnosis } from '#diagnosis/types.ts'
import type { Fault } from '#lab/fault.ts'
import type { Output } from '#lab/host/ports.ts'
import type { Lab } from '#lab/lab.ts'

/** What a drill is handed from outside: it knows no failure mode and no way of reading a cluster. */
export interface Backstage {
  /** How the lab breaks in this mode; undefined where it cannot. */
  fault(mode: string): Promise<Fault> | undefined
  /** What ninelives finds on the lab, looking into its nodes. */
  diagnose(lab: Lab): Promise<Diagnosis>
  /** A command of kubectl, or of oc, without its first word. `stdin`: what is piped into it. */
  kubectl(lab: Lab, command: string, o?: { readonly stdin?: string; readonly as?: 'oc' }): Promise<Output>
}
