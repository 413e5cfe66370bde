/** `bin/ninelives` as processes of their own: detached labs, signals, pipes, an older Node.js, the kubectl plugin. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { isAlive, LabStates } from '#lab/serve/state.ts'
import { kubectls } from '../../scripts/kubectl.ts'
import { cliIn, labUp, ran, type Said, words } from './cli.ts'

const root = join(import.meta.dirname, '../..')
const bin = join(root, 'bin/ninelives')
const folder = mkdtempSync(join(tmpdir(), 'ninelives-process-'))
const states = new LabStates({ XDG_STATE_HOME: folder })
const cli = cliIn(folder)
const env = { PATH: process.env['PATH'], HOME: folder, XDG_STATE_HOME: folder }
const newest = kubectls().at(-1)
const started: ChildProcess[] = []

const ninelives = (...argv: readonly string[]): Promise<Said> =>
  ran(process.execPath, [bin, ...argv], { env })

const labsLeft = (): readonly string[] => {
  const labs = join(folder, 'ninelives/labs')
  return existsSync(labs) ? readdirSync(labs) : []
}

afterEach(async () => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
  for (const { name } of states.list()) await ninelives('lab', 'down', '--name', name)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Running {
  readonly child: ChildProcess
  readonly said: () => string
  readonly until: (what: RegExp) => Promise<void>
  readonly ended: Promise<number | NodeJS.Signals>
}

/** Starts a process whose output is watched. */
function start(program: string, argv: readonly string[]): Running {
  const child = spawn(program, argv, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  started.push(child)
  let said = ''
  const listeners = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      said += String(chunk)
      for (const tell of listeners) tell()
    })
  const ended = new Promise<number | NodeJS.Signals>((resolve) =>
    child.on('close', (code, signal) => resolve(code ?? signal ?? -1)),
  )
  return {
    child,
    ended,
    said: () => said,
    until: (what) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (what.test(said)) resolve()
        }
        listeners.add(look)
        ended.then(() => reject(new Error(`it ended and said: ${said}`)), reject)
        look()
      }),
  }
}

test('lab up --detach: comes up, is used, goes down, leaves no file and no process', async () => {
  const up = await ninelives('lab', 'up', '--name', 'apart', '--nodes', '3', '--detach')
  expect(up.stderr).toBe('')
  expect(up.stdout).toMatch(
    /^\[LAB\] apart is ready: 3 nodes, plain\n {2}export KUBECONFIG=\S+\n {2}kubectl get nodes\n$/,
  )
  expect(up.code).toBe(0)
  const { pid } = states.need('apart')
  expect(isAlive(pid)).toBe(true)

  const again = await ninelives('lab', 'up', '--name', 'apart', '--detach')
  expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('a lab named "apart" is running') })
  const used = await ninelives('lab', 'exec', '--name', 'apart', 'k8s-worker-02', '--', 'hostname')
  expect(used).toEqual({ code: 0, stdout: 'k8s-worker-02\n', stderr: '' })
  if (newest !== undefined) {
    const nodes = await ran(newest.path, words('get nodes -o name'), {
      env: { ...env, KUBECONFIG: states.kubeconfigOf('apart') },
    })
    expect(nodes.stdout.trim().split('\n')).toHaveLength(3)
  }

  expect(await ninelives('lab', 'down', '--name', 'apart')).toEqual({
    code: 0,
    stdout: '[LAB] apart: down\n',
    stderr: '',
  })
  expect(isAlive(pid)).toBe(false)
  expect(labsLeft()).toEqual([])
}, 60_000)

test('lab up --detach tells why it could not start, and leaves nothing', async () => {
  const foreground = await labUp(cli, ['--name', 'first', '--nodes', '2'])
  const { port } = states.need('first')
  const { code, stderr } = await ninelives(
    'lab',
    'up',
    '--name',
    'second',
    '--port',
    String(port),
    '--detach',
  )
  expect(stderr).toMatch(new RegExp(`^error: port ${port} of 127\\.0\\.0\\.1 is taken\nhint: `))
  expect(code).toBe(2)
  expect(labsLeft()).toEqual(['first'])
  expect(await foreground.interrupt()).toMatchObject({ code: 130 })
  expect(labsLeft()).toEqual([])
}, 60_000)

test('a lab whose process was killed is noticed and cleaned up', async () => {
  await ninelives('lab', 'up', '--name', 'killed', '--nodes', '2', '--detach')
  const { pid } = states.need('killed')
  process.kill(pid, 'SIGKILL')
  await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false)
  expect(await cli(['lab', 'list'])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^no lab is running/),
  })
  expect(labsLeft()).toEqual([])
  expect(await cli(['diagnose', '--lab', 'killed'])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^error: no lab named "killed" is running\nhint: start one: /),
  })
}, 60_000)

test('down --all takes every lab down', async () => {
  for (const name of ['one', 'two']) await ninelives('lab', 'up', '--name', name, '--nodes', '2', '--detach')
  expect(await ninelives('lab', 'down', '--all')).toMatchObject({
    code: 0,
    stdout: '[LAB] one: down\n[LAB] two: down\n',
  })
  expect(labsLeft()).toEqual([])
  expect(await ninelives('lab', 'down', '--all')).toMatchObject({ code: 0, stdout: 'no lab is running\n' })
}, 60_000)

test('an immune flavour exits 2 and names the right one; --force strikes without harm', async () => {
  const foreground = await labUp(cli, ['--name', 'immune', '--nodes', '3'])
  const strike = ['lab', 'break', 'runtime-dir-permissions', '--node', 'k8s-worker-02', '--name', 'immune']
  expect(await cli(strike)).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(
      /cannot strike a plain lab: .*\nhint: use a lab of flavour hardened: .*--force/,
    ),
  })
  expect(await cli([...strike, '--force'])).toMatchObject({ code: 0 })
  await cli(['lab', 'advance', '8m', '--name', 'immune'])
  expect(await cli(['diagnose', '--lab', 'immune', '--deep'])).toMatchObject({ code: 0 })
  await foreground.interrupt()
}, 60_000)

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s ends a lab in the foreground',
  async (signal) => {
    const lab = start(process.execPath, [bin, 'lab', 'up', '--name', 'front', '--nodes', '2'])
    await lab.until(/is ready/)
    expect(labsLeft()).toEqual(['front'])
    lab.child.kill(signal)
    expect(await lab.ended).toBe(130)
    expect(labsLeft()).toEqual([])
    expect(lab.said()).not.toMatch(/\n {4}at /)
  },
  30_000,
)

test('a signal while it boots leaves nothing', async () => {
  const lab = start(process.execPath, [bin, 'lab', 'up', '--name', 'early', '--nodes', '20'])
  await lab.until(/booting/)
  lab.child.kill('SIGINT')
  expect(await lab.ended).toBe(130)
  expect(labsLeft()).toEqual([])
}, 30_000)

test('Ctrl-C while a detached lab boots ends that one too', async () => {
  const up = start(process.execPath, [bin, 'lab', 'up', '--name', 'late', '--nodes', '20', '--detach'])
  await expect.poll(() => existsSync(states.logOf('late')), { timeout: 10_000, interval: 5 }).toBe(true)
  up.child.kill('SIGINT')
  expect(await up.ended).toBe(130)
  const processes = async (): Promise<string> => (await ran('ps', ['-eo', 'args'], { env })).stdout
  await expect.poll(processes, { timeout: 10_000 }).not.toMatch(/lab up --name late /)
  expect(labsLeft()).toEqual([])
}, 30_000)

test('a reader that goes away is no error', async () => {
  const { code, stdout, stderr } = await ran(
    '/bin/sh',
    ['-c', '"$0" "$1" explain runtime-dir-permissions | head -n 1', process.execPath, bin],
    { env },
  )
  expect(stdout.split('\n')).toHaveLength(2)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
})

/** A Node.js on the PATH that cannot run the sources itself. */
const olderNode = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((place) => join(place, 'node'))
  .filter((path) => !path.includes('node_modules') && existsSync(path))
  .find((path) => Number(/^v(\d+)/.exec(execFileSync(path, ['--version'], { encoding: 'utf8' }))?.[1]) < 22)

if (olderNode !== undefined)
  test.each(['SIGINT', 'SIGTERM'] as const)(
    'an older Node.js hands over, and hands on %s',
    async (signal) => {
      const version = await ran(olderNode, [bin, 'version'], { env })
      expect(version).toMatchObject({ code: 0, stdout: expect.stringMatching(/\(Node\.js 2[2-9]\./) })
      expect(await ran(olderNode, [bin, 'explain', 'nope'], { env })).toMatchObject({ code: 2 })
      const lab = start(olderNode, [bin, 'lab', 'up', '--name', 'handed', '--nodes', '2'])
      await lab.until(/is ready/)
      const { pid } = states.need('handed')
      expect(pid).not.toBe(lab.child.pid)
      lab.child.kill(signal)
      expect(await lab.ended).toBe(130)
      expect(isAlive(pid)).toBe(false)
      expect(labsLeft()).toEqual([])
    },
    30_000,
  )

if (newest !== undefined)
  test('kubectl finds it as a plugin', async () => {
    const path = `${join(root, 'bin')}${delimiter}${process.env['PATH']}`
    const { code, stdout } = await ran(newest.path, ['ninelives', 'version'], { env: { ...env, PATH: path } })
    expect(stdout).toMatch(/^ninelives \d+\.\d+\.\d+ \(Node\.js /)
    expect(code).toBe(0)
  })
