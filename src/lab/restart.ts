import type { LabMachine } from '#lab/host/machine.ts'
import type { Underlay } from '#lab/network/ports.ts'

/** An orderly reboot, or power taken away and given back: nothing is asked to end first. */
export function restart(
  underlay: Underlay,
  machine: LabMachine,
  { powerCut }: { readonly powerCut: boolean },
): void {
  if (!powerCut) {
    machine.reboot()
    return
  }
  underlay.port(machine.name).up = false
  void machine.halt('power-cut') // at once
  underlay.port(machine.name).up = true
  machine.boot()
}
