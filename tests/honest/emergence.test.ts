import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import type { KubeEvent } from '#lab/api/objects.ts'
import { Lab } from '#lab/lab.ts'
import { Engineer, type PodLine } from '../support/engineer.ts'

/** The incident made by commands on the nodes alone. Nothing here knows of `src/failures`. */
const node = 'k8s-worker-03'
const address = '10.0.0.23'
const lowerPeer = 'k8s-worker-01' // waits for the node's connection
const higherPeer = 'k8s-worker-04' // dials the node
const minute = 60_000

let lab: Lab
let engineer: Engineer
const seen: { readonly line: PodLine; readonly nodeReady: string | undefined }[] = []
let events: readonly KubeEvent[]
let routeGoneAfterMs: number

/** Whether a peer's kernel has a route to the node's pods. */
const isRouted = (of: Lab, peer = lowerPeer): boolean =>
  of
    .machine(peer)
    .net.routes()
    .some(({ via }) => via === address)

beforeAll(async () => {
  lab = await Lab.boot({ seed: 'emergence', flavour: 'hardened' })
  engineer = new Engineer(lab)
  await engineer.update('3.29.3-2', 'd /run/calico 0600 10001 0')
  const startMs = lab.nowMs
  const rebooted = engineer.reboot(node)
  await lab.until(() => !isRouted(lab))
  routeGoneAfterMs = lab.nowMs - startMs
  await rebooted
  await lab.advance(minute)
  for (let sample = 0; sample < 180; sample++) {
    await lab.advance(5_000)
    const line = await engineer.calicoNodeLine(node)
    const { status } = await engineer.node(node)
    const nodeReady = status.conditions?.find(({ type }) => type === 'Ready')?.status
    if (line !== undefined) seen.push({ line, nodeReady })
  }
  events = await engineer.events('kube-system')
  return () => lab.shutdown()
}, 40_000)

describe('on the node', () => {
  test('calico-node is never ready, and its STATUS takes turns', () => {
    expect(seen).toHaveLength(180)
    expect(new Set(seen.map(({ line }) => line.ready))).toEqual(new Set(['0/1']))
    const turns = seen.map(({ line }) => line.status).filter((status, at, all) => status !== all[at - 1])
    expect(new Set(turns)).toEqual(new Set(['Running', 'CrashLoopBackOff']))
    expect(turns.length).toBeGreaterThanOrEqual(5)
  })

  test('its restarts count up', () => {
    const restarts = seen.map(({ line }) => Number.parseInt(line.restarts, 10))
    expect(restarts).toEqual([...restarts].sort((a, b) => a - b))
    expect(restarts.at(-1)).toBeGreaterThanOrEqual(5)
  })

  test('the node stays Ready', () => {
    expect(new Set(seen.map(({ nodeReady }) => nodeReady))).toEqual(new Set(['True']))
  })

  test('NetworkUnavailable goes on saying that Calico is up', async () => {
    const { status } = await engineer.node(node)
    expect(status.conditions?.find(({ type }) => type === 'NetworkUnavailable')).toMatchObject({
      status: 'False',
      reason: 'CalicoIsUp',
      message: 'Calico is running on this node',
    })
  })

  test('BIRD says what it may not do, once a second, and nothing else', async () => {
    const log = await engineer.logs(await engineer.calicoNode(node), '&previous=true')
    const said = log.split('\n').filter((line) => line.startsWith('bird: ') && !line.includes('bird6.ctl'))
    expect(new Set(said)).toEqual(
      new Set(['bird: Cannot create control socket /var/run/calico/bird.ctl: Permission denied']),
    )
    expect(said.length).toBeGreaterThan(50)
  })

  test("kubelet's events: the liveness check misses BIRD, the readiness check panics", async () => {
    const name = await engineer.calicoNode(node)
    const unhealthy = events
      .filter(({ involvedObject, reason }) => involvedObject.name === name && reason === 'Unhealthy')
      .map(({ message }) => message)
    expect(unhealthy).toContainEqual(
      expect.stringMatching(
        /^Liveness probe failed: calico\/node is not ready: bird\/confd is not live: Service bird is not running\. Output << down: \/etc\/service\/enabled\/bird: \d+s, normally up, want up >>/,
      ),
    )
    expect(unhealthy).toContainEqual(
      expect.stringMatching(
        /^Readiness probe failed: panic: runtime error: invalid memory address or nil pointer dereference\n/,
      ),
    )
  })

  test('kubelet kills the container for its liveness, and backs off', async () => {
    const name = await engineer.calicoNode(node)
    const reasons = events
      .filter(({ involvedObject }) => involvedObject.name === name)
      .map(({ reason }) => reason)
    expect(reasons).toEqual(expect.arrayContaining(['Killing', 'BackOff']))
  })

  test('its kernel has no route of BIRD, and its pods have addresses', async () => {
    expect(await engineer.shown(node, 'ip route show proto bird')).toBe('')
    for (const tier of ['api', 'frontend'])
      expect((await engineer.shopPod(node, tier)).status.podIP).toMatch(/^10\.244\./)
  })

  test('the folder is as the package wants it, on a tmpfs', async () => {
    expect(await engineer.shown(node, 'stat -c "%a %u:%g" /run/calico')).toBe('600 10001:0\n')
    expect(await engineer.shown(node, 'readlink /var/run; mount | grep " /run "')).toMatch(
      /^\/run\ntmpfs on \/run type tmpfs/,
    )
  })
})

describe('on its peers', () => {
  test('the route to its pods goes at once: a reboot ends BIRD with SIGTERM', () => {
    expect(routeGoneAfterMs).toBeLessThan(1_000)
  })

  test('who waits for it and who dials it tell it in their own words', async () => {
    expect(await engineer.birdcl(lowerPeer)).toMatch(
      /^Mesh_10_0_0_23 BGP +master +start +[\d:]+ +Passive +Received: Administrative shutdown$/m,
    )
    expect(await engineer.birdcl(higherPeer)).toMatch(
      /^Mesh_10_0_0_23 BGP +master +start +[\d:]+ +(Active +Socket: Connection refused|Idle.*)$/m,
    )
  })

  test('with each other all is well', async () => {
    expect(await engineer.birdcl(lowerPeer)).toMatch(/^Mesh_10_0_0_24 BGP +master +up +[\d:]+ +Established/m)
    expect((await engineer.calicoNodeLine(lowerPeer))?.status).toBe('Running')
  })
})

describe('for the users', () => {
  test('pods on the node reach each other', async () => {
    expect(await engineer.curl(node, node)).toBe(0)
  })

  test.each([
    [node, lowerPeer],
    [lowerPeer, node],
    [node, higherPeer],
  ])('nothing goes from %s to %s: curl times out', async (from, to) => {
    expect(await engineer.curl(from, to)).toBe(28)
  })

  test('elsewhere everybody reaches everybody', async () => {
    expect(await engineer.curl(lowerPeer, higherPeer)).toBe(0)
  })

  test('what needs another node is not ready there, and ready elsewhere', async () => {
    const lines = async (on: string): Promise<readonly PodLine[]> =>
      engineer.lines({ namespace: 'shop', node: on })
    const broken = await lines(node)
    expect(broken.map(({ ready, status }) => `${ready} ${status}`)).toEqual(['0/1 Running', '0/1 Running'])
    expect((await lines(higherPeer)).map(({ ready }) => ready)).toEqual(['1/1', '1/1'])
  })
})

describe('how long peers keep the routes of a node whose BIRD does not come back', () => {
  async function keptMs(end: string): Promise<number> {
    const other = await Lab.boot({ seed: 'kept', flavour: 'hardened' })
    const hands = new Engineer(other)
    expect(isRouted(other)).toBe(true)
    const startMs = other.nowMs
    const typed = hands.sh(node, end)
    await other.until(() => !isRouted(other))
    const ms = other.nowMs - startMs
    await typed
    await other.shutdown()
    return ms
  }

  test('killed: 120 s of graceful restart', async () => {
    const ms = await keptMs('chmod 600 /run/calico && pkill -9 -x bird')
    expect(ms).toBeGreaterThanOrEqual(120_000)
    expect(ms).toBeLessThan(121_000)
  })

  test('without power: until the hold timer ends', async () => {
    const ms = await keptMs('poweroff -f')
    expect(ms).toBeGreaterThanOrEqual(160_000)
    expect(ms).toBeLessThanOrEqual(240_000)
  })

  test('killed and able to come back: not for a moment lost', async () => {
    const other = await Lab.boot({ seed: 'kept', flavour: 'hardened' })
    await new Engineer(other).sh(node, 'pkill -9 -x bird')
    let lost = false
    const endMs = other.nowMs + 180_000
    other.kernel.at(endMs, 'end of the watch', () => {})
    await other.until(() => {
      lost ||= !isRouted(other)
      return other.nowMs >= endMs
    })
    expect(lost).toBe(false)
    await other.shutdown()
  })
})

/** Boots, updates and reboots by commands; prints the folder's mode and what calico-node says. */
const script = `
import { Lab } from '#lab/lab.ts'
import { Engineer } from './tests/support/engineer.ts'
const lab = await Lab.boot({ seed: 'alone', flavour: 'hardened' })
const engineer = new Engineer(lab)
await engineer.update('3.29.3-2', 'd /run/calico 0600 10001 0')
await engineer.reboot('${node}')
await lab.advance(60_000)
console.log(await engineer.shown('${node}', 'stat -c "%a %u:%g" /run/calico'))
console.log(await engineer.logs(await engineer.calicoNode('${node}'), '&tailLines=2'))
await lab.shutdown()
`

test('the same where src/failures does not exist', async () => {
  const root = join(import.meta.dirname, '../..')
  const alone = mkdtempSync(join(tmpdir(), 'ninelives-alone-'))
  try {
    cpSync(join(root, 'src'), join(alone, 'src'), {
      recursive: true,
      filter: (from) => !from.startsWith(join(root, 'src/failures')) && !from.endsWith('.test.ts'),
    })
    cpSync(join(root, 'tests/support/engineer.ts'), join(alone, 'tests/support/engineer.ts'))
    const { imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { imports: object }
    writeFileSync(join(alone, 'package.json'), JSON.stringify({ type: 'module', imports }))
    symlinkSync(join(root, 'node_modules'), join(alone, 'node_modules'))
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      cwd: alone,
      timeout: 30_000,
    })
    expect(stdout).toMatch(
      /^600 10001:0\n[\s\S]*Cannot create control socket \/var\/run\/calico\/bird\.ctl: Permission denied/,
    )
  } finally {
    rmSync(alone, { recursive: true, force: true })
  }
})
