import { describe, expect, test } from 'vitest'
import { calicoNode } from '#lab/calico/node/calico-node.ts'
import { root } from '#lab/host/credentials.ts'
import { createMachine, type LabMachine } from '#lab/host/machine.ts'
import type { Output, Process, Program } from '#lab/host/ports.ts'
import { outputOf } from '#lab/host/process/collect.ts'
import { Kernel } from '#lab/kernel/kernel.ts'
import { serveHttp } from '#lab/network/http.ts'
import { createNetwork } from '#lab/network/network.ts'

/** What stands behind the probe: Felix's answer, the services' states, BIRD's socket. */
interface World {
  readonly felix?: number
  readonly services?: Readonly<Record<string, string>>
  /** Rows of `show protocols`; undefined: no socket; null: a stale one. */
  readonly peers?: readonly string[] | null
  readonly restarting?: boolean
  readonly birdcl?: boolean
  readonly nodename?: boolean
  readonly ageSeconds?: number
}

const up = (name: string): string => `run: /etc/service/enabled/${name}: (pid 70) 100s`

const head = '0001 BIRD v0.3.3+birdv1.6.8 ready.\n'

const cast: (world: World) => Program = (world) => async (p) => {
  const { services = { confd: up('confd'), bird: up('bird') } } = world
  if (world.felix !== undefined) {
    const status = world.felix
    await serveHttp(p, { port: 9099, address: '127.0.0.1' }, () => ({ status, body: '' }))
  }
  for (const [name, state] of Object.entries(services))
    await answering(p, `/etc/service/enabled/${name}/supervise/control`, '', () => state)
  if (world.peers) await answering(p, '/run/calico/bird.ctl', head, (command) => birdAnswer(world, command))
  if (world.peers === null) {
    await p.files.mkdir('/run/calico', { parents: true })
    ;(await p.listenPath('/run/calico/bird.ctl', () => {})).close()
  }
  return p.task.wait<number>(() => undefined)
}

function birdAnswer({ peers, restarting }: World, command: string): string {
  if (command.startsWith('show status')) {
    const wait = restarting ? '0024-Graceful restart recovery in progress\n   Wait timer is 215/240\n' : ''
    return `1000-BIRD v0.3.3+birdv1.6.8\n1011-Router ID is 10.0.0.1\n${wait}0013 Daemon is up and running\n`
  }
  const rows = ['static1  Static   master   up     10:51:28', ...(peers ?? [])]
  const lines = rows.map((row, i) => `${i === 0 ? '1002-' : ' '}${row}\n`).join('')
  return `2002-name     proto    table    state  since       info\n${lines}0000\n`
}

async function answering(
  p: Process,
  path: string,
  greeting: string,
  say: (text: string) => string,
): Promise<void> {
  await p.files.mkdir(path.slice(0, path.lastIndexOf('/')), { parents: true })
  await p.listenPath(path, (c) =>
    p.thread('answer', async (self) => {
      if (greeting !== '') c.send(greeting)
      for (let text = await c.receive(self); text !== undefined; text = await c.receive(self))
        c.send(say(text))
    }),
  )
}

async function probe(world: World, flags: readonly string[]): Promise<Output> {
  const kernel = new Kernel({ seed: 1, startMs: 0 })
  const network = createNetwork({ kernel, random: kernel.random })
  const machine: LabMachine = createMachine({
    kernel,
    name: 'node',
    programs: { 'calico-node': calicoNode, cast: cast(world) },
    tree: [
      { path: '/sbin/init', kind: 'file', mode: 0o755, program: 'cast' },
      { path: '/bin/calico-node', kind: 'file', mode: 0o755, program: 'calico-node' },
      ...(world.birdcl === false
        ? []
        : [{ path: '/usr/bin/birdcl', kind: 'file', mode: 0o755, text: '' } as const]),
      { path: '/etc/hosts', kind: 'file', text: '127.0.0.1 localhost\n' },
      { path: '/run', kind: 'directory' },
      { path: '/var/run', kind: 'symlink', target: '../run' },
      { path: '/var/lib/calico', kind: 'directory' },
    ],
    createStack: (name) => {
      const stack = network.stack(name)
      network.attach(stack, { machine: name, address: '10.0.0.21', prefixLength: 24 })
      return stack
    },
  })
  machine.boot({ kernelMs: 0, userspaceMs: 0 })
  await kernel.advanceTo(10)
  if (world.nodename !== false) await machine.files.write('/var/lib/calico/nodename', 'node')
  await kernel.advanceTo((world.ageSeconds ?? 100) * 1000)
  return outputOf(
    (streams) => machine.start(['/bin/calico-node', ...flags], { as: root, ...streams }),
    (done) => kernel.runUntil(done, kernel.nowMs + 60_000),
  )
}

const established = 'Mesh_10_0_0_2 BGP      master   up     10:51:40    Established'
const active = 'Mesh_10_0_0_3 BGP      master   start  10:51:28    Active        Socket: No route to host'
const passive = 'Mesh_10_0_0_4 BGP      master   start  10:51:28    Passive'
const noInfo = 'Mesh_10_0_0_5 BGP      master   down   10:51:28'
const well: World = { felix: 200, peers: [established] }
const live = ['-felix-live', '-bird-live']
const ready = ['-felix-ready', '-bird-ready']

/** What the probe prints after `calico/node is not ready: `; undefined: it exits 0. */
const table: readonly (readonly [string, World, readonly string[], string | undefined])[] = [
  ['all is well', well, [...live, ...ready], undefined],
  ['no peers at all is ready', { ...well, peers: [] }, ready, undefined],
  [
    'one peer of two is enough for a node that started long ago',
    { ...well, peers: [established, active] },
    ready,
    undefined,
  ],
  [
    'not for one that has just started',
    { ...well, peers: [established, active, passive], ageSeconds: 20 },
    ready,
    'BIRD is not ready: BGP not established with 10.0.0.3,10.0.0.4',
  ],
  [
    'none is too few',
    { ...well, peers: [active] },
    ready,
    'BIRD is not ready: BGP not established with 10.0.0.3',
  ],
  ['a peer with nothing to say is not seen', { ...well, peers: [noInfo] }, ready, undefined],
  [
    'a peer on another port has an odd address',
    { ...well, peers: ['Global_10_0_0_1_port_1790 BGP      master   start  10:51:28    Active'] },
    ready,
    'BIRD is not ready: BGP not established with 10.0.0.1.port.1790',
  ],
  [
    'a recovering BIRD, just started',
    { ...well, restarting: true, ageSeconds: 5 },
    ready,
    'BIRD is not ready: graceful restart in progress',
  ],
  ['a recovering BIRD, later', { ...well, restarting: true }, ready, undefined],
  [
    'no socket',
    { felix: 200 },
    ready,
    'BIRD is not ready: Error querying BIRD: unable to connect to BIRDv4 socket: dial unix /var/run/bird/bird.ctl: connect: no such file or directory',
  ],
  [
    'a stale socket',
    { felix: 200, peers: null },
    ready,
    'BIRD is not ready: Error querying BIRD: unable to connect to BIRDv4 socket: dial unix /var/run/calico/bird.ctl: connect: connection refused',
  ],
  [
    'startup has not ended',
    { ...well, nodename: false },
    ready,
    'BIRD is not ready: Failed to stat() nodename file: stat /var/lib/calico/nodename: no such file or directory',
  ],
  ['Felix is not ready', { ...well, felix: 503 }, ready, 'felix is not ready: readiness probe reporting 503'],
  ['Felix is not live', { ...well, felix: 503 }, live, 'Felix is not live: liveness probe reporting 503'],
  [
    'Felix does not run',
    { peers: [established] },
    ['-felix-ready'],
    'felix is not ready: Get "http://localhost:9099/readiness": dial tcp 127.0.0.1:9099: connect: connection refused',
  ],
  [
    'BIRD is down',
    {
      ...well,
      services: { confd: up('confd'), bird: 'down: /etc/service/enabled/bird: 1s, normally up, want up' },
    },
    live,
    'bird/confd is not live: Service bird is not running. Output << down: /etc/service/enabled/bird: 1s, normally up, want up >>',
  ],
  [
    'no such service',
    { ...well, services: { confd: up('confd') } },
    live,
    'bird/confd is not live: exit status 1',
  ],
  ['BIRD runs but does not answer', { felix: 200, peers: null }, live, 'bird is not live: exit status 1'],
  [
    'no birdcl',
    { ...well, birdcl: false },
    live,
    'bird is not live: fork/exec /usr/bin/birdcl: no such file or directory',
  ],
]

describe('the probe command', () => {
  test.each(table)('%s', async (_, world, flags, says) => {
    const { code, stdout } = await probe(world, flags)
    const told = stdout.split('\n').find((line) => line.startsWith('calico/node is not ready: '))
    expect(told).toBe(says && `calico/node is not ready: ${says}`)
    expect(code).toBe(says === undefined ? 0 : 1)
  })

  test("says how many sessions there are, in the log's format", async () => {
    const { stdout } = await probe({ ...well, peers: [active] }, ready)
    expect(stdout).toMatch(
      /^1970-01-01 00:01:40\.\d{3} \[INFO\]\[\d+\] node\/health\.go 202: Number of node\(s\) with BGP peering established = 0\n/,
    )
  })
})
