import { bird, birdcl } from '#lab/calico/bird/programs.ts'
import { root } from '#lab/host/credentials.ts'
import { createMachine, type LabMachine } from '#lab/host/machine.ts'
import type { Child, Output, Program } from '#lab/host/ports.ts'
import { outputOf } from '#lab/host/process/collect.ts'
import { Kernel } from '#lab/kernel/kernel.ts'
import { createNetwork, type Network } from '#lab/network/network.ts'

const forever: Program = (p) => p.task.wait(() => undefined)

/** For tests: a machine with BIRD, one block of its own and a configuration as Calico writes it. */
export interface BirdNode {
  readonly name: string
  readonly machine: LabMachine
  readonly log: string[]
  birds: Child
  start(): Promise<void>
  routes(): readonly string[]
  ask(command: string): Promise<string>
}

export interface BirdBed {
  readonly kernel: Kernel
  readonly network: Network
  readonly nodes: readonly BirdNode[]
  advance(seconds: number): Promise<void>
}

/** Machines 10.0.0.21, .22 … in a full mesh, node `i` with block 10.244.i.0/26; BIRD runs on each. */
export async function birdBed(
  count: number,
  change: (config: string, i: number) => string = (c) => c,
): Promise<BirdBed> {
  const kernel = new Kernel({ seed: 1, startMs: Date.parse('2026-01-07T06:00:00Z') })
  const network = createNetwork({ kernel, random: kernel.random.fork('network') })
  const addresses = Array.from({ length: count }, (_, i) => `10.0.0.${21 + i}`)
  const nodes: BirdNode[] = []
  for (const [i, address] of addresses.entries()) {
    const config = change(birdConfig(address, addresses, `10.244.${i}.0/26`), i)
    nodes.push(await birdNode({ kernel, network, name: `node-${i}`, address, config }))
  }
  return { kernel, network, nodes, advance: (seconds) => kernel.advanceTo(kernel.nowMs + seconds * 1000) }
}

async function birdNode(o: {
  readonly kernel: Kernel
  readonly network: Network
  readonly name: string
  readonly address: string
  readonly config: string
}): Promise<BirdNode> {
  const { kernel, network, name, address } = o
  const machine = createMachine({
    kernel,
    name,
    programs: { bird, birdcl, forever },
    tree: [
      { path: '/sbin/init', kind: 'file', mode: 0o755, program: 'forever' },
      { path: '/bin/bird', kind: 'file', mode: 0o755, program: 'bird' },
      { path: '/bin/birdcl', kind: 'file', mode: 0o755, program: 'birdcl' },
      { path: '/etc/bird.cfg', kind: 'file', text: o.config },
      { path: '/run', kind: 'directory' },
    ],
    createStack: (stackName) => {
      const stack = network.stack(stackName)
      network.attach(stack, { machine: name, address, prefixLength: 24 })
      return stack
    },
  })
  machine.boot({ kernelMs: 0, userspaceMs: 0 })
  await kernel.advanceTo(kernel.nowMs + 10)
  const log: string[] = []
  const argv = ['/bin/bird', '-R', '-s', '/run/bird.ctl', '-d', '-c', '/etc/bird.cfg']
  const write = (text: string): void => void log.push(...text.split('\n').filter((line) => line !== ''))
  const launch = (): Promise<Child> => machine.start(argv, { as: root, stdout: { write }, stderr: { write } })
  const node: BirdNode = {
    name,
    machine,
    log,
    birds: await launch(),
    start: async () => {
      node.birds = await launch()
    },
    routes: () =>
      machine.net
        .routes()
        .filter((route) => route.protocol === 'bird')
        .map(
          (r) =>
            `${r.kind === 'unicast' ? '' : `${r.kind} `}${r.destination}${r.via ? ` via ${r.via} dev ${r.dev}` : ''}`,
        ),
    ask: async (command) => {
      const out = await runIn(kernel, machine, ['/bin/birdcl', '-s', '/run/bird.ctl', ...command.split(' ')])
      return out.stdout + out.stderr
    },
  }
  return node
}

const runIn = (kernel: Kernel, machine: LabMachine, argv: readonly string[]): Promise<Output> =>
  outputOf(
    (streams) => machine.start(argv, { as: root, ...streams }),
    (done) => kernel.runUntil(done, kernel.nowMs + 60_000),
  )

function birdConfig(address: string, all: readonly string[], block: string): string {
  const peers = all.filter((peer) => peer !== address)
  return `
protocol static { route ${block} blackhole; }
function calico_aggr () {
  if ( net = ${block} ) then { accept; }
  if ( net ~ ${block} ) then { reject; }
}
function calico_export_to_bgp_peers(bool internal_peer) {
  calico_aggr();
  if ( net ~ 10.244.0.0/16 ) then { accept; }
}
filter calico_kernel_programming {
  if ( net ~ 10.244.0.0/16 ) then { krt_tunnel = ""; accept; }
  accept;
}
router id ${address};
protocol kernel { learn; persist; scan time 2; import all; export filter calico_kernel_programming; graceful restart; merge paths on; }
protocol device { debug { states }; scan time 2; }
protocol direct { debug { states }; interface -"cali*", -"kube-ipvs*", "*"; }
template bgp bgp_template {
  debug { states };
  description "Connection to BGP peer";
  local as 64512;
  gateway recursive;
  add paths on;
  graceful restart;
  connect delay time 2;
  connect retry time 5;
  error wait time 5,30;
}
${peers
  .map(
    (peer) => `protocol bgp Mesh_${peer.replaceAll('.', '_')} from bgp_template {
  neighbor ${peer} as 64512;
  source address ${address};
  import all;
  export filter { calico_export_to_bgp_peers(true); reject; };
  ${address < peer ? 'passive on;' : ''}
}`,
  )
  .join('\n')}
`
}
