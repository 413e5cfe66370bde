/**
 * What processes hold in memory, and what their control group and machine allow.
 *
 * A program has a size (that of its executable and first pages, or what `sized` says) and may tell that it grew. A group over its limit
 * is killed whole, as the kernel does with `memory.oom.group`, which Kubernetes sets on cgroup v2 (1.28 on). A machine over its memory
 * loses the process that is worst by the kernel's points (mm/oom_kill.c): share of memory plus oom_score_adj thousandths.
 *
 * Not imitated: page cache and its reclaim, swap, memory.high, thrashing before the end, PSI.
 */
import type { Program } from '#lab/host/ports.ts'
import type { Space } from '#lab/host/process/space.ts'
import type { ProcessState } from '#lab/host/process/state.ts'

export const mebibyte = 2 ** 20

/** A small C program. */
const plainBytes = 2 * mebibyte

/** What the kernel and its caches that cannot be given back take. */
export const kernelBytes = 420 * mebibyte

type Size = number | ((argv: readonly string[]) => number)

const sizes = new WeakMap<Program, Size>()

/** The program with a size of its own, in bytes, perhaps by what it is called with. */
export function sized(program: Program, size: Size): Program {
  sizes.set(program, size)
  return program
}

export function sizeOf(program: Program, argv: readonly string[]): number {
  const size = sizes.get(program) ?? plainBytes
  return typeof size === 'number' ? size : size(argv)
}

/** A machine's memory. */
export interface MemoryBank {
  readonly totalBytes: number
  usedBytes: number
  /** Told, in an event of its own, when the machine ran out: what was killed. */
  onSystemOom: ((victim: ProcessState) => void) | undefined
}

/** A container's share of it. */
export interface MemoryGroup {
  readonly limitBytes: number
  readonly oomScoreAdj: number
  /** Whether its limit killed it. */
  outOfMemory: boolean
}

/** A process holds so much more (or less): both limits are looked at. */
export function charge(state: ProcessState, bytes: number): void {
  const { space } = state
  space.system.memory.usedBytes += bytes
  if (bytes <= 0) return
  const used = heldBy(space)
  if (space.group !== undefined && used > space.group.limitBytes) groupOom(state, space, used)
  else if (space.system.memory.usedBytes > space.system.memory.totalBytes) systemOom(state)
}

export const heldBy = (space: Space): number => {
  let sum = 0
  for (const member of space.members) sum += member.memoryBytes
  return sum
}

const kilobytes = (bytes: number): number => Math.round(bytes / 1024)

const killed = (state: ProcessState, adj: number): string =>
  `Killed process ${state.hostPid} (${state.command}) total-vm:${kilobytes(state.memoryBytes * 9)}kB, anon-rss:${kilobytes(state.memoryBytes)}kB, file-rss:0kB, shmem-rss:0kB, UID:${state.image.credentials.euid} pgtables:${kilobytes(state.memoryBytes / 220)}kB oom_score_adj:${adj}`

function groupOom(by: ProcessState, space: Space, used: number): void {
  const { group, system } = space
  if (group === undefined || group.outOfMemory) return
  group.outOfMemory = true
  const say = (text: string): void => system.machine.kernelSays(text)
  say(
    `${by.command} invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=${group.oomScoreAdj}`,
  )
  const limit = kilobytes(group.limitBytes)
  say(`memory: usage ${kilobytes(used)}kB, limit ${limit}kB, failcnt 117`)
  const biggest = [...space.members].reduce((a, b) => (b.memoryBytes > a.memoryBytes ? b : a), by)
  say(`Memory cgroup out of memory: ${killed(biggest, group.oomScoreAdj)}`)
  for (const member of [...space.members]) member.signal('SIGKILL')
}

function systemOom(by: ProcessState): void {
  const { system } = by.space
  const { memory, machine, pids } = system
  const victim = [...pids.table.values()]
    .filter((each) => !each.dying && points(each) > 0)
    .reduce<ProcessState | undefined>((a, b) => (a === undefined || points(b) > points(a) ? b : a), undefined)
  if (victim === undefined) return
  victim.dying = true
  const adj = victim.space.group?.oomScoreAdj ?? 0
  machine.kernelSays(
    `${by.command} invoked oom-killer: gfp_mask=0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP), order=0, oom_score_adj=${adj}`,
  )
  machine.kernelSays(`Out of memory: ${killed(victim, adj)}`)
  victim.signal('SIGKILL')
  memory.onSystemOom?.(victim)
}

const points = (state: ProcessState): number =>
  state.memoryBytes +
  ((state.space.group?.oomScoreAdj ?? (state.pid === 1 ? -1000 : 0)) / 1000) *
    state.space.system.memory.totalBytes
