import { expect, test } from 'vitest'
import { ok } from '#base/result.ts'
import type { ExecOutput, NodeShell } from '#sources/live/api.ts'
import type { LiveContext } from '#sources/live/context.ts'
import { readFromHostCommands } from '#sources/live/deep/from-host-commands.ts'

const node = 'k8s-worker-03'
const answers: Readonly<Record<string, ExecOutput>> = {
  'ip route': { stdout: '10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.23\n', stderr: '', code: 0 },
  'iptables-save': {
    stdout: '*filter\n:FORWARD ACCEPT [0:0]\n-A FORWARD -j cali-FORWARD\nCOMMIT\n',
    stderr: '# Warning: iptables-legacy tables present, use iptables-legacy-save to see them\n',
    code: 0,
  },
  'iptables-legacy-save -c': { stdout: '*filter\n:FORWARD DROP [7:420]\nCOMMIT\n', stderr: '', code: 0 },
  lsmod: { stdout: '', stderr: 'lsmod: command not found\n', code: 127 },
  'ls -l /etc/cni/net.d': {
    stdout: '',
    stderr: "ls: cannot access '/etc/cni/net.d': No such file or directory\n",
    code: 2,
  },
}

const shell: NodeShell = {
  run: async (_, argv) => ok(answers[argv.join(' ')] ?? { stdout: '', stderr: '', code: 0 }),
  command: (_, argv) => `ssh ${node} ${argv.join(' ')}`,
}

/** Nothing else of it is used. */
const context = { call: {} } as LiveContext

const reading = await readFromHostCommands(context, { shell, node, nowMs: 0 })
const of = (relation: string) => reading.rows.filter((row) => row.relation === relation)

test('what a command shows is a row of the node, with the command that a person would type', () => {
  expect(of('routes')).toMatchObject([
    {
      row: { node, destination: '10.0.0.0/24', dev: 'eth0' },
      from: { command: `ssh ${node} ip route` },
    },
  ])
  expect(reading.covered).toContainEqual({
    relation: 'routes',
    coverage: { kind: 'complete' },
    about: { kind: 'node', name: node },
  })
})

test('a command that the machine does not have proves nothing', () => {
  expect(of('kernelModules')).toEqual([])
  expect(reading.covered.map(({ relation }) => relation)).not.toContain('kernelModules')
})

test('what a tool remarks belongs to its output: here, of which back-end it is', () => {
  expect(of('filterChains').map(({ row }) => row)).toMatchObject([
    { chain: 'FORWARD', backend: 'nft', policy: 'ACCEPT' },
    { chain: 'FORWARD', backend: 'legacy', policy: 'DROP', packets: 7 },
  ])
})

test('a folder that is not there is a fact', () => {
  expect(of('hostPaths')).toMatchObject([{ row: { node, path: '/etc/cni/net.d', exists: false } }])
})
