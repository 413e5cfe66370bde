import { describe, expect, test } from 'vitest'
import type { Condition, Pod } from '#lab/api/objects.ts'
import { bird } from '#lab/calico/bird/programs.ts'
import { nodeTree } from '#lab/calico/images/node-image.ts'
import { releaseOf } from '#lab/calico/release.ts'
import { type CalicoBed, calicoBed } from '#lab/calico/test-bed.ts'
import { defaultContainerCapabilities, root, user } from '#lab/host/credentials.ts'
import { createMachine } from '#lab/host/machine.ts'
import type { Capability, Credentials, Program } from '#lab/host/ports.ts'
import { Kernel } from '#lab/kernel/kernel.ts'
import { createNetwork } from '#lab/network/network.ts'

const three: readonly Capability[] = ['NET_ADMIN', 'NET_BIND_SERVICE', 'NET_RAW']
const bounding = new Set(three)

/** As whom, from which image; for each folder whether BIRD can create its control socket in it. */
const table: readonly (readonly [string, 'stock' | 'hardened', Credentials, string])[] = [
  ['uid 10001 gid 0, file capabilities', 'hardened', user({ uid: 10001, gid: 0, bounding }), '++-----+'],
  [
    'uid 10001 gid 10001, file capabilities',
    'hardened',
    user({ uid: 10001, gid: 10001, bounding }),
    '++------',
  ],
  [
    'setuid root, default capabilities and NET_ADMIN',
    'stock',
    user({ uid: 10001, gid: 0, bounding: new Set([...defaultContainerCapabilities, 'NET_ADMIN']) }),
    '++++++++',
  ],
  ['setuid root, everything else dropped', 'stock', user({ uid: 10001, gid: 0, bounding }), '----++++'],
  ['root, privileged', 'stock', root, '++++++++'],
]

const folders: readonly (readonly [mode: number, uid: number, gid: number])[] = [
  [0o755, 10001, 0],
  [0o700, 10001, 0],
  [0o600, 10001, 0],
  [0o600, 10001, 10001],
  [0o700, 0, 0],
  [0o755, 0, 0],
  [0o750, 0, 0],
  [0o770, 0, 0],
]

const forever: Program = (p) => p.task.wait<number>(() => undefined)

async function startBird(
  kind: 'stock' | 'hardened',
  as: Credentials,
  [mode, uid, gid]: (typeof folders)[number],
): Promise<{ readonly code: number | undefined; readonly text: string }> {
  const kernel = new Kernel({ seed: 1, startMs: 0 })
  const network = createNetwork({ kernel, random: kernel.random })
  const machine = createMachine({
    kernel,
    name: 'node',
    programs: { bird, forever },
    tree: [
      { path: '/sbin/init', kind: 'file', mode: 0o755, program: 'forever' },
      { path: '/run/calico', kind: 'directory', mode, uid, gid },
    ],
    createStack: (name) => network.stack(name),
  })
  machine.boot({ kernelMs: 0, userspaceMs: 0 })
  await kernel.advanceTo(10)
  await machine.files.mkdir('/run/calico', { parents: true })
  await machine.files.chmod('/run/calico', mode)
  await machine.files.chown('/run/calico', uid, gid)
  const container = machine.createContainer({
    name: 'calico-node',
    root: [
      ...nodeTree(kind, releaseOf('v3.29.3')),
      {
        path: '/etc/calico/confd/config/bird.cfg',
        kind: 'file',
        text: 'router id 10.0.0.21;\nprotocol device { }\n',
      },
    ],
    mounts: [{ path: '/var/run/calico', source: { kind: 'bind', from: '/run/calico' } }],
    net: machine.net,
    hostname: 'node',
    env: { PATH: '/usr/sbin:/usr/bin:/bin' },
  })
  let text = ''
  const out = {
    write: (part: string) => {
      text += part
    },
  }
  const argv = [
    'bird',
    '-R',
    '-s',
    '/var/run/calico/bird.ctl',
    '-d',
    '-c',
    '/etc/calico/confd/config/bird.cfg',
  ]
  const child = await container.start(argv, { as, stdout: out, stderr: out })
  let code: number | undefined
  child.onExit((status) => {
    code = status.code
  })
  await kernel.advanceTo(1000)
  return { code, text }
}

describe('who may create bird.ctl in which folder (measured with BIRD 1.6.8)', () => {
  test.each(table)('%s', async (_, kind, as, expected) => {
    const outcomes: string[] = []
    for (const folder of folders) {
      const { code, text } = await startBird(kind, as, folder)
      outcomes.push(code === undefined ? '+' : '-')
      if (code === undefined) continue
      expect(code).toBe(1)
      expect(text).toBe('bird: Cannot create control socket /var/run/calico/bird.ctl: Permission denied\n')
    }
    expect(outcomes.join('')).toBe(expected)
  })
})

const worker = 'k8s-worker-02'
const other = 'k8s-worker-01'

const isReady = ({ status }: Pod): boolean =>
  status.conditions?.some((each: Condition) => each.type === 'Ready' && each.status === 'True') ?? false

/** A hardened cluster whose runtime folder on one node is as its tmpfiles.d says from the first boot. */
async function broken(tmpfiles: string): Promise<CalicoBed> {
  const bed = await calicoBed({ flavour: 'hardened', workers: 2, tmpfiles: { [worker]: tmpfiles } })
  await bed.until(async () => (await bed.calicoNode(worker)).status.phase === 'Running')
  await bed.advance(30)
  return bed
}

const folder = '/run/calico'
const refused = 'bird: Cannot create control socket /var/run/calico/bird.ctl: Permission denied'

describe('a runtime folder that calico-node may not use', () => {
  test.each([
    ['mode', 'd /run/calico 0600 10001 0'],
    ['owner', 'd /run/calico 0700 0 0'],
    ['missing entry', ''],
  ])('%s: BIRD dies once a second, the probes say so', async (_, line) => {
    const bed = await broken(line)
    const lines = (await bed.logs(worker)).split('\n').filter((each) => each === refused)
    expect(lines.length).toBeGreaterThan(20)
    expect(lines.length).toBeLessThan(35)
    const live = await bed.exec(worker, ['/bin/calico-node', '-felix-live', '-bird-live'])
    expect(live.code).toBe(1)
    expect(live.stdout).toMatch(
      /^calico\/node is not ready: bird\/confd is not live: Service bird is not running\. Output << down: \/etc\/service\/enabled\/bird: [01]s, normally up, want up >>\n$/,
    )
    expect(isReady(await bed.calicoNode(worker))).toBe(false)
    expect((await bed.exec(worker, ['/bin/calico-node', '-felix-ready'])).code).toBe(0)
  })

  test('where the folder cannot even be searched the readiness check panics', async () => {
    const bed = await broken('d /run/calico 0600 10001 0')
    const ready = await bed.exec(worker, ['/bin/calico-node', '-felix-ready', '-bird-ready'])
    expect(ready.code).toBe(2)
    expect(ready.stderr).toContain('panic: runtime error: invalid memory address or nil pointer dereference')
    expect(ready.stderr).toContain('bird.socketFileExists')
  })

  test('where it can be searched but not written the readiness check finds no socket', async () => {
    const bed = await broken('')
    const ready = await bed.exec(worker, ['/bin/calico-node', '-felix-ready', '-bird-ready'])
    expect([ready.code, ready.stdout]).toEqual([
      1,
      'calico/node is not ready: BIRD is not ready: Error querying BIRD: unable to connect to BIRDv4 socket: dial unix /var/run/bird/bird.ctl: connect: no such file or directory\n',
    ])
  })

  test.each([
    ['mode', 'd /run/calico 0600 10001 0', 'chmod', true],
    ['owner', 'd /run/calico 0700 0 0', 'chmod', false],
    ['missing entry', '', 'chmod', false],
    ['owner', 'd /run/calico 0700 0 0', 'chown', true],
    ['missing entry', '', 'chown', true],
  ])('%s (%s): %s by hand cures: %s', async (_, line, how, cures) => {
    const bed = await broken(line)
    const { files } = bed.machine(worker)
    if (how === 'chmod') await files.chmod(folder, 0o755)
    else await files.chown(folder, 10001, 0)
    const established = async (): Promise<boolean> => {
      const { stdout } = await bed.exec(other, [
        'birdcl',
        '-s',
        '/var/run/calico/bird.ctl',
        'show',
        'protocols',
      ])
      return /Mesh_10_0_0_22 .*Established/.test(stdout)
    }
    if (!cures) {
      await bed.advance(20)
      return expect(await established()).toBe(false)
    }
    expect(await bed.until(established, 20)).toBeLessThan(8)
  })

  test('a stock, privileged install does not care', async () => {
    const bed = await calicoBed({
      flavour: 'plain',
      workers: 1,
      tmpfiles: { [other]: 'd /run/calico 0600 10001 0' },
    })
    await bed.until(async () => isReady(await bed.calicoNode(other)))
    expect(await bed.logs(other)).not.toContain('Permission denied')
  })
})
