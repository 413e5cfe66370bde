import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from '#cli/run.ts'

const folder = mkdtempSync(join(tmpdir(), 'ninelives-bad-input-'))
const file = (name: string, content: string | Buffer): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** Servers that answer every request with one status and body. */
const answers: Readonly<Record<string, readonly [number, string]>> = {
  unauthorized: [
    401,
    JSON.stringify({
      kind: 'Status',
      status: 'Failure',
      message: 'Unauthorized',
      reason: 'Unauthorized',
      code: 401,
    }),
  ],
  forbidden: [
    403,
    JSON.stringify({
      kind: 'Status',
      status: 'Failure',
      message:
        'nodes is forbidden: User "u" cannot list resource "nodes" in API group "" at the cluster scope',
      reason: 'Forbidden',
      code: 403,
    }),
  ],
  broken: [
    500,
    JSON.stringify({
      kind: 'Status',
      status: 'Failure',
      message: 'etcdserver: request timed out',
      reason: 'InternalError',
      code: 500,
    }),
  ],
  garbage: [200, '<html>It works!</html>'],
}
const servers: Server[] = []
let takenPort = 0
const kubeconfigs: Record<string, string> = {}

beforeAll(async () => {
  for (const [name, [status, body]] of Object.entries(answers)) {
    const server = createServer((_, response) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(body),
    )
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    servers.push(server)
    takenPort = (server.address() as AddressInfo).port
    kubeconfigs[name] = kubeconfig(name, takenPort)
  }
  kubeconfigs['dead'] = kubeconfig('dead', 1)
})

afterAll(() => {
  for (const server of servers) server.close()
  rmSync(folder, { recursive: true, force: true })
})

function kubeconfig(name: string, port: number): string {
  return file(
    `${name}.kubeconfig`,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'c',
      clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${port}` } }],
      users: [{ name: 'c', user: {} }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'c' } }],
    }),
  )
}

interface Said {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

async function said(argv: readonly string[], stdin = ''): Promise<Said> {
  let stdout = ''
  let stderr = ''
  const code = await run(argv, {
    stdin: Readable.from(stdin === '' ? [] : [stdin]),
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    env: { XDG_STATE_HOME: folder, HOME: folder },
    cwd: folder,
    signal: new AbortController().signal,
  })
  return { code, stdout, stderr }
}

interface Case {
  readonly what: string
  readonly argv: () => readonly string[]
  readonly says: RegExp
  readonly code?: number
  readonly stdin?: string
}

const cases: readonly Case[] = [
  {
    what: 'an unknown format of a list',
    argv: () => ['lab', 'list', '-o', 'yaml'],
    says: /no output format "yaml"\nhint: one of: text, json/,
  },
  {
    what: 'an argument too many',
    argv: () => ['explain', 'runtime-dir-permissions', 'twice'],
    says: /too many arguments[\s\S]*hint: /,
  },
  { what: 'an argument that is missing', argv: () => ['lab', 'exec'], says: /missing .*'node'\nhint: / },
  { what: 'an unknown command', argv: () => ['diagnos'], says: /unknown command 'diagnos'[\s\S]*diagnose/ },
  { what: 'an unknown option', argv: () => ['diagnose', '--fast'], says: /unknown option '--fast'/ },
  { what: 'an unknown mode', argv: () => ['explain', 'nope'], says: /"nope"[\s\S]*hint: .*ninelives modes/ },
  {
    what: 'an unknown lab',
    argv: () => ['lab', 'status', '--name', 'nope'],
    says: /no lab named "nope" is running\nhint: /,
  },
  {
    what: 'a bad lab name',
    argv: () => ['lab', 'up', '--name', '../x'],
    says: /"\.\.\/x" is not a name for a lab\nhint: /,
  },
  {
    what: 'a bad flavour',
    argv: () => ['lab', 'up', '--flavour', 'gke'],
    says: /'gke' is invalid.*plain, hardened/,
  },
  {
    what: 'a release that is too old for a lab',
    argv: () => ['lab', 'up', '--kubernetes', '1.20.0'],
    says: /'1\.20\.0' is invalid\. Give a version from 1\.24\.0 on\./,
  },
  {
    what: 'a release of Calico that is none',
    argv: () => ['lab', 'up', '--calico', '3.1'],
    says: /'3\.1' is invalid\. Give a whole version, such as 3\.29\.3\./,
  },
  {
    what: 'an OpenShift that never was',
    argv: () => ['lab', 'up', '--flavour', 'roks', '--kubernetes', '1.31.9', '--calico', '3.26.4'],
    says: /error: OpenShift 4\.18 on IBM Cloud \(Kubernetes 1\.31\) has never had Calico 3\.26\.4\nhint: /,
  },
  {
    what: 'too many nodes',
    argv: () => ['lab', 'up', '--nodes', '5000'],
    says: /whole number from 2 to 1000/,
  },
  {
    what: 'a bad duration',
    argv: () => ['lab', 'advance', 'soon'],
    says: /"soon" is not a duration\nhint: /,
  },
  {
    what: 'an unknown shell',
    argv: () => ['completion', 'tcsh'],
    says: /no completion for the shell "tcsh"\nhint: /,
  },
  {
    what: 'a text that is not there',
    argv: () => ['diagnose', '--text', join(folder, 'nope.txt')],
    says: /nope\.txt[\s\S]*hint: /,
  },
  {
    what: 'an empty text',
    argv: () => ['diagnose', '--text', file('empty.txt', '')],
    says: /empty\.txt is empty[\s\S]*hint: /,
  },
  {
    what: 'an empty standard input',
    argv: () => ['diagnose', '--text', '-'],
    says: /standard input is empty[\s\S]*hint: /,
  },
  {
    what: 'a binary text',
    argv: () => ['diagnose', '--text', file('binary.txt', Buffer.from([0, 1, 2, 0, 255, 254]))],
    says: /binary\.txt[\s\S]*hint: /,
  },
  { what: 'a folder as text', argv: () => ['diagnose', '--text', folder], says: /folder|directory/ },
  {
    what: 'a bad output format',
    argv: () => ['diagnose', '--text', '-', '-o', 'pdf'],
    says: /pdf[\s\S]*text, json/,
    stdin: 'x',
  },
  {
    what: 'a kubeconfig that is not there',
    argv: () => ['diagnose', '--kubeconfig', join(folder, 'nope')],
    says: /nope[\s\S]*hint: /,
  },
  {
    what: 'a kubeconfig that is no YAML',
    argv: () => ['diagnose', '--kubeconfig', file('broken.yaml', '{{{')],
    says: /broken\.yaml[\s\S]*hint: /,
  },
  {
    what: 'an unknown context',
    argv: () => ['diagnose', '--kubeconfig', kubeconfigs['garbage'] as string, '--context', 'nope'],
    says: /"nope"[\s\S]*hint: /,
  },
  {
    what: 'a dead server',
    argv: () => ['diagnose', '--kubeconfig', kubeconfigs['dead'] as string],
    says: /127\.0\.0\.1:1[\s\S]*hint: /,
  },
  {
    what: 'a server that answers 401',
    argv: () => ['diagnose', '--kubeconfig', kubeconfigs['unauthorized'] as string],
    says: /Unauthorized|401|credentials/i,
  },
  {
    what: 'a server that answers 500',
    argv: () => ['diagnose', '--kubeconfig', kubeconfigs['broken'] as string],
    says: /500|etcdserver/,
  },
  {
    what: 'a server that answers garbage',
    argv: () => ['diagnose', '--kubeconfig', kubeconfigs['garbage'] as string],
    says: /JSON|not a Kubernetes API/i,
  },
  {
    what: 'a server that forbids everything',
    argv: () => ['diagnose', '--kubeconfig', kubeconfigs['forbidden'] as string],
    says: /forbidden/i,
  },
  {
    what: 'repair without a cluster',
    argv: () => ['repair', '--kubeconfig', join(folder, 'nope')],
    says: /nope[\s\S]*hint: /,
  },
]

describe('bad input gets one clear error', () => {
  test.each(cases)('$what', async ({ argv, says, code = 2, stdin }) => {
    const { stderr, stdout, code: exit } = await said(argv(), stdin)
    expect(`${stderr}${stdout}`).toMatch(says)
    expect(stderr).not.toMatch(/\n {4}at |TypeError|undefined/)
    expect(exit).toBe(code)
  })

  test('text over 64 MB names the limit and how to cut it', async () => {
    const big = file('big.txt', Buffer.alloc(65 * 1024 * 1024, 'x\n'))
    const { stderr, code } = await said(['diagnose', '--text', big])
    expect(stderr).toMatch(/64 MB[\s\S]*hint: .*(tail|grep)/)
    expect(code).toBe(2)
  })

  test('a taken port', async () => {
    const port = takenPort
    const { stderr, code } = await said(['lab', 'up', '--port', String(port)])
    expect(stderr).toMatch(new RegExp(`port ${port} .*taken[\\s\\S]*hint: `))
    expect(code).toBe(2)
  })
})

describe('help', () => {
  test('--version', async () => {
    const { stdout, code } = await said(['--version'])
    expect(stdout).toMatch(/^ninelives \d+\.\d+\.\d+ \(Node\.js /)
    expect(code).toBe(0)
  })

  test.each([
    '',
    'diagnose',
    'repair',
    'explain',
    'modes',
    'version',
    'completion',
    'tour',
    'lab',
    'lab up',
    'lab down',
    'lab status',
    'lab list',
    'lab kubeconfig',
    'lab break',
    'lab mend',
    'lab advance',
    'lab exec',
    'lab shell',
    'lab reboot',
  ])('ninelives %s --help shows an example', async (command) => {
    const { stdout, code } = await said([...command.split(' ').filter(Boolean), '--help'])
    expect(stdout).toMatch(/Examples?:\n {2}\S/)
    expect(code).toBe(0)
  })
})
