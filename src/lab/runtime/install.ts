import type { LabMachine } from '#lab/host/machine.ts'
import type { Machine, Process, Program } from '#lab/host/ports.ts'
import { machineOf } from '#lab/host/process/process.ts'
import type { Kernel } from '#lab/kernel/kernel.ts'
import { type RuntimeBrand, runtimeBrands } from '#lab/runtime/brand.ts'
import { runcCgroupDriver } from '#lab/runtime/cgroup-driver.ts'
import { type ImageSource, nearbyRegistry } from '#lab/runtime/image-source.ts'
import { ImageRegistry, ImageStore } from '#lab/runtime/images.ts'
import type { Image } from '#lab/runtime/ports.ts'
import { ContainerRuntime } from '#lab/runtime/runtime.ts'

interface Installed {
  readonly kernel: Kernel
  readonly machine: Machine
  readonly runtime: ContainerRuntime
}

const installed = new WeakMap<Machine, Installed>()

/**
 * Puts a container runtime on a machine, once, before it boots. `source`: where it pulls from; `registry`: instead of it, images
 * that can be had without a network. `present`: those that are on its disk from the start.
 */
export function installRuntime(
  machine: LabMachine,
  o: {
    readonly kernel: Kernel
    readonly present?: readonly Image[]
    /** Default containerd. */
    readonly brand?: RuntimeBrand['name']
    readonly version?: string
  } & ({ readonly source: ImageSource } | { readonly registry: readonly Image[] }),
): ContainerRuntime {
  const runtime = new ContainerRuntime({
    kernel: o.kernel,
    machine,
    source: 'source' in o ? o.source : nearbyRegistry(new ImageRegistry(o.registry)),
    brand: brandOf(o),
    images: new ImageStore(o.present ?? [], machine.disk),
  })
  installed.set(machine, { kernel: o.kernel, machine, runtime })
  return runtime
}

const brandOf = ({
  brand = 'containerd',
  version,
}: {
  readonly brand?: RuntimeBrand['name']
  readonly version?: string
}): RuntimeBrand => (version === undefined ? runtimeBrands[brand] : { ...runtimeBrands[brand], version })

/** The runtime of the machine that a process runs on. Throws (a bug of the assembly) when none was installed. */
export function runtimeOf(p: Process): Installed {
  const found = installed.get(machineOf(p))
  if (found === undefined) throw new Error(`${p.name}: no container runtime was installed on its machine`)
  return found
}

/** The service behind containerd.service: while it runs, the runtime answers. */
export const containerd: Program = async (p) => {
  const { runtime } = runtimeOf(p)
  const cgroupDriver = runtime.brand.name === 'containerd' ? await runcCgroupDriver(p) : 'systemd'
  const stopServing = runtime.serve({ cgroupDriver, env: p.env })
  p.task.onEnd(stopServing)

  return p.task.wait<number>((wake) => {
    p.onSignal('SIGTERM', () => wake(0))
    return undefined
  })
}
