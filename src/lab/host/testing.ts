import { parseTime } from '#base/clock.ts'
import { root } from '#lab/host/credentials.ts'
import { createMachine, type LabMachine, type MachineOptions } from '#lab/host/machine.ts'
import type { Credentials, Output, Program, Tree } from '#lab/host/ports.ts'
import { outputOf } from '#lab/host/process/collect.ts'
import { Kernel } from '#lab/kernel/kernel.ts'
import type { NetStack, Table } from '#lab/network/ports.ts'

/** For tests of this folder: a network that holds sysctls, remembers how it ended, and refuses everything else. */
export function fakeStack(name: string, ended: string[] = []): NetStack {
  const sysctls = new Map([['net.ipv4.ip_forward', '0']])
  const refuse = (): never => {
    throw new Error(`${name}: the fake network cannot do that`)
  }
  const nothing: Table = {
    restore: async () => {},
    chains: () => ({}),
    setPolicy: async () => {},
    policy: () => 'accept',
    counted: () => ({ policy: { packets: 0, bytes: 0 }, rules: [] }),
    zero: async () => {},
  }
  const stack: NetStack = {
    name,
    links: () => [{ name: 'lo', kind: 'loopback', up: true, carrier: true, mtuBytes: 65536, mac: '' }],
    hasLink: (link) => link === 'lo',
    addresses: () => [],
    routes: () => [],
    neighbours: () => [],
    fdb: () => [],
    sysctl: (key) => sysctls.get(key),
    apply: async (changes) => {
      for (const change of changes) if (change.op === 'sysctl') sysctls.set(change.name, change.value)
    },
    filter: nothing,
    nat: nothing,
    raw: nothing,
    mangle: nothing,
    legacy: { raw: nothing, mangle: nothing, nat: nothing, filter: nothing },
    setMembers: async () => {},
    swapSets: async () => {},
    removeSet: async () => {},
    sets: () => ({}),
    setKind: () => undefined,
    hostKernel: { release: '', says: () => {} },
    changed: refuse,
    connect: refuse,
    listen: refuse,
    listeners: () => [],
    connections: () => [],
    probe: refuse,
    trace: () => [],
    view: () => stack,
    destroy: ({ silent }) => ended.push(`${name} ${silent ? 'silently' : 'in order'}`),
  }
  return stack
}

export interface TestMachine {
  readonly kernel: Kernel
  readonly machine: LabMachine
  /** Runs a command as somebody (root) until it ends, at most a virtual hour. */
  run(
    argv: readonly string[],
    o?: { readonly as?: Credentials; readonly stdin?: string; readonly cwd?: string },
  ): Promise<Output>
  /** Runs a shell script. */
  sh(script: string, o?: { readonly as?: Credentials; readonly stdin?: string }): Promise<Output>
  advance(ms: number): Promise<void>
}

/** A booted machine of its own kernel. */
export async function testMachine(o: {
  readonly tree: Tree
  readonly programs: Readonly<Record<string, Program>>
  readonly ended?: string[]
  readonly seed?: number
  readonly options?: Partial<MachineOptions>
  readonly settleMs?: number
  readonly hops?: number
  readonly onEvent?: (timeMs: number, name: string) => void
}): Promise<TestMachine> {
  const kernel = new Kernel({
    seed: o.seed ?? 1,
    startMs: parseTime('2026-01-07T06:00:00Z') ?? 0,
    ...(o.hops === undefined ? {} : { hops: o.hops }),
    ...(o.onEvent === undefined ? {} : { onEvent: o.onEvent }),
  })
  const machine = createMachine({
    kernel,
    name: 'k8s-worker-01',
    programs: o.programs,
    tree: o.tree,
    createStack: (name) => fakeStack(name, o.ended),
    ...o.options,
  })
  machine.boot({ kernelMs: 0, userspaceMs: 0 })
  await kernel.advanceTo(kernel.nowMs + (o.settleMs ?? 1_000))
  const run: TestMachine['run'] = (argv, { as = root, stdin = '', cwd = '/' } = {}) =>
    outputOf(
      (streams) => machine.start(argv, { as, stdin, cwd, ...streams }),
      (done) => kernel.runUntil(done, kernel.nowMs + 3_600_000),
    )
  return {
    kernel,
    machine,
    run,
    sh: (script, options) => run(['/bin/sh', '-c', script], options),
    advance: (ms) => kernel.advanceTo(kernel.nowMs + ms),
  }
}
