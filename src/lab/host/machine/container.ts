import type { Boot } from '#lab/host/machine/boot.ts'
import { type Hardware, mountContainer, rootView, treeRoot } from '#lab/host/machine/mounts.ts'
import type { Child, Container, ContainerSpec, Credentials, SpawnOptions } from '#lab/host/ports.ts'
import { CpuQuota } from '#lab/host/process/cpu.ts'
import { startWithoutParent } from '#lab/host/process/first.ts'
import { heldBy } from '#lab/host/process/memory.ts'
import { PidSpace, type Space } from '#lab/host/process/space.ts'
import { childOf } from '#lab/host/process/started-child.ts'
import { confinementOf, containerContext } from '#lab/host/selinux/confinement.ts'
import { filesOf, MountNamespace, mountOf, system, walk } from '#lab/host/vfs.ts'

/**
 * Namespaces of their own over an image, on a running machine. Throws Errno when a mount cannot be made (ENOENT for a
 * missing host path, ENOTDIR for a file in a directory's place).
 */
export function newContainer(boot: Boot, spec: ContainerSpec, hardware: Hardware): Container {
  const { system } = boot
  const task = boot.task.spawn(spec.name)
  const disk = treeRoot('overlay', spec.root, system.machine, {
    over: boot.space.mounts.root.root.fs,
  })
  const pids = spec.hostPid ? system.pids : new PidSpace()
  const context = boot.selinux && containerContext(spec)
  const space: Space = {
    name: `${boot.space.name}/${spec.name}`,
    system,
    mounts: new MountNamespace(mountOf(disk, { path: '/' })),
    stack: spec.net,
    hostname: spec.hostname,
    pids,
    task,
    members: new Set(),
    init: undefined,
    group: spec.memory === undefined ? undefined : { ...spec.memory, outOfMemory: false },
    cpu: spec.cpuCores === undefined ? undefined : new CpuQuota(system.kernel, spec.cpuCores),
    ...(boot.selinux && context && { context, confined: confinementOf(boot.selinux, context, pids) }),
  }
  try {
    mountContainer(boot, space, spec, hardware)
  } catch (error) {
    task.stop()
    throw error
  }
  boot.spaces.add(space)
  task.onEnd(() => {
    boot.spaces.delete(space)
    disk.fs.discard()
  })
  return new SimulatedContainer(space, spec, boot.space)
}

class SimulatedContainer implements Container {
  readonly #space: Space
  readonly #spec: ContainerSpec
  readonly #machine: Space

  constructor(space: Space, spec: ContainerSpec, machine: Space) {
    this.#space = space
    this.#spec = spec
    this.#machine = machine
  }

  /** True until its first process has ended or it was destroyed. */
  get alive(): boolean {
    return this.#space.task.alive && this.#space.init?.alive !== false
  }

  get memoryBytes(): number {
    return heldBy(this.#space)
  }

  get diskBytes(): number {
    return this.#space.mounts.root.root.fs.usedBytes
  }

  get outOfMemory(): boolean {
    return this.#space.group?.outOfMemory === true
  }

  get files() {
    return filesOf(rootView(this.#space))
  }

  peek(path: string): string | undefined {
    const view = rootView(this.#space)
    return walk(view, path, true).inode?.kind === 'file' ? system.read(view, path) : undefined
  }

  async start(argv: readonly string[], o: SpawnOptions & { readonly as: Credentials }): Promise<Child> {
    const state = startWithoutParent(this.#space, argv, { env: this.#spec.env, ...o })
    this.#space.init ??= state
    return childOf(state, this.#machine)
  }

  destroy(): void {
    this.#space.task.stop()
  }
}
