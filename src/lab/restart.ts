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
  // A cable that was out before stays out.
  const ports = underlay.links(machine.name).map((link) => underlay.port(machine.name, link))
  const connected = ports.filter(({ up }) => up)
  for (const port of connected) port.up = false
  void machine.halt('power-cut') // at once
  for (const port of connected) port.up = true
  machine.boot()
}
