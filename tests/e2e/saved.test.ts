/** A served lab that real clients used, saved, taken down and brought up again. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { kubectls } from '../../scripts/kubectl.ts'
import { cliIn, labUp, ran } from './cli.ts'

const folder = mkdtempSync(join(tmpdir(), 'ninelives-saved-'))
const cli = cliIn(folder)
const newest = kubectls().at(-1)
const file = join(folder, 'monday.lab')

afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function kubectl(...argv: readonly string[]): Promise<string> {
  const { stdout: config } = await cli(['lab', 'kubeconfig'])
  const env = { PATH: process.env['PATH'], HOME: folder, KUBECONFIG: config.trim() }
  const { code, stdout, stderr } = await ran(newest?.path ?? 'kubectl', argv, { env })
  expect(`${code} ${stderr}`, argv.join(' ')).toMatch(/^0 /)
  return stdout
}

/** What is there, apart from times. */
const state = async (): Promise<unknown> => ({
  pods: await kubectl('get', 'pods', '-A', '-o', 'custom-columns=NAME:.metadata.name,UID:.metadata.uid'),
  note: await kubectl('get', 'configmap', 'note', '-o', 'jsonpath={.data}{.metadata.uid}'),
  onNode: (await cli(['lab', 'exec', 'k8s-worker-02', '--', 'cat', '/root/note'])).stdout,
})

test('a saved lab comes up as it was: objects, files, and what `lab break` did', async () => {
  expect(newest, 'a kubectl').toBeDefined()
  const first = await labUp(cli, ['--nodes', '3'])
  await kubectl('create', 'configmap', 'note', '--from-literal=a=b')
  await kubectl('exec', '-n', 'kube-system', 'ds/calico-node', '--', 'ls', '/')
  await cli(['lab', 'exec', 'k8s-worker-02', '--', 'echo written > /root/note'])
  await cli(['lab', 'break', 'bgp-port-179-blocked'])
  await cli(['lab', 'advance', '5m'])
  const before = await state()
  expect((await cli(['lab', 'save', file])).stdout).toContain('saved to')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  await first.interrupt()

  const second = await labUp(cli, ['--from', file])
  expect(await state()).toEqual(before)
  expect((await cli(['lab', 'status'])).stdout).toContain('broken   bgp-port-179-blocked (all)')
  expect((await cli(['lab', 'mend'])).stdout).toContain('bgp-port-179-blocked')
  await second.interrupt()
}, 120_000)

test.each([
  ['that is not there', 'none.lab', undefined, 'cannot read'],
  ['that is something else', 'else.lab', '{"kind":"Pod"}', 'is not a saved lab'],
])('a file %s is refused, and nothing is left running', async (_, name, text, says) => {
  const path = join(folder, name)
  if (text !== undefined) writeFileSync(path, text)
  const { code, stderr } = await cli(['lab', 'up', '--from', path])
  expect(code).toBe(2)
  expect(stderr).toContain(says)
  expect((await cli(['lab', 'list'])).stdout).toContain('no lab is running')
})
