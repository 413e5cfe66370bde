import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Trouble } from '#base/trouble.ts'
import { accessOf } from '#sources/live/kubeconfig/credentials.ts'
import { type ChosenContext, chooseContext } from '#sources/live/kubeconfig/load.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ninelives-kubeconfig-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const write = async (name: string, text: string): Promise<string> => {
  const file = join(folder, name)
  await writeFile(file, text)
  return file
}

/** A kubeconfig with one context; `user` and `cluster` are YAML flow mappings. */
const config = (o: { name?: string; user?: string; cluster?: string; current?: string } = {}): string => {
  const {
    name = 'prod',
    user = '{ token: t0k3n }',
    cluster = '{ server: "https://10.0.0.11:6443" }',
    current = name,
  } = o
  return `apiVersion: v1
kind: Config
current-context: ${current}
clusters: [{ name: ${name}-cluster, cluster: ${cluster} }]
users: [{ name: ${name}-user, user: ${user} }]
contexts: [{ name: ${name}, context: { cluster: ${name}-cluster, user: ${name}-user } }]
`
}

const troubleOf = async (work: Promise<unknown>): Promise<Trouble> => {
  const error = await work.catch((caught: unknown) => caught)
  if (!(error instanceof Trouble)) throw new Error(`expected a Trouble, got ${String(error)}`)
  return error
}

describe('a kubeconfig is found', () => {
  test('by --kubeconfig', async () => {
    const file = await write('a.yaml', config())
    expect(await chooseContext({ file, env: {} })).toMatchObject({
      name: 'prod',
      userName: 'prod-user',
      cluster: { server: 'https://10.0.0.11:6443' },
    })
  })
  test('by KUBECONFIG; the first of several has the say, missing files are passed over', async () => {
    const first = await write('first.yaml', config({ name: 'one', cluster: '{ server: "https://one:1" }' }))
    const second = await write('second.yaml', config({ name: 'two', cluster: '{ server: "https://two:2" }' }))
    const KUBECONFIG = [join(folder, 'absent.yaml'), first, second].join(delimiter)
    expect((await chooseContext({ env: { KUBECONFIG } })).name).toBe('one')
    expect((await chooseContext({ context: 'two', env: { KUBECONFIG } })).cluster.server).toBe(
      'https://two:2',
    )
  })
  test('in the home folder', async () => {
    await mkdir(join(folder, '.kube'))
    await write('.kube/config', config({ name: 'home' }))
    expect((await chooseContext({ env: { HOME: folder } })).name).toBe('home')
  })
  test('relative paths are meant from the file’s folder', async () => {
    const file = await write(
      'relative.yaml',
      config({ cluster: '{ server: "https://x:1", certificate-authority: ca.crt }' }),
    )
    expect((await chooseContext({ file, env: {} })).cluster['certificate-authority']).toBe(
      join(folder, 'ca.crt'),
    )
  })
})

describe('bad kubeconfigs get one line, a hint and exit code 2', () => {
  test.each([
    ['no YAML', 'clusters: [', 'kubeconfig-broken'],
    ['YAML that is no mapping', '- a\n- b\n', 'kubeconfig-broken'],
    ['clusters of the wrong kind', 'clusters: nothing\n', 'kubeconfig-broken'],
    ['an empty file', '', 'kubeconfig-broken'],
    ['a picture', '\u0000\u0001PNG\r\n', 'kubeconfig-broken'],
    ['no current context', config({ current: '""' }), 'context-none'],
    ['a current context that is not there', config({ current: 'gone' }), 'context-unknown'],
    ['no server', config({ cluster: '{ certificate-authority: x }' }), 'kubeconfig-incomplete'],
    [
      'a server that is no address',
      config({ cluster: '{ server: "10.0.0.11:6443" }' }),
      'kubeconfig-incomplete',
    ],
    [
      'a user that is not there',
      config().replace('name: prod-user, user: {', 'name: other, user: {'),
      'kubeconfig-incomplete',
    ],
    [
      'a cluster that is not there',
      config().replace('name: prod-cluster, cluster: {', 'name: other, cluster: {'),
      'kubeconfig-incomplete',
    ],
  ])('%s', async (name, text, code) => {
    const file = await write(`${name.replaceAll(/\W/g, '-')}.yaml`, text)
    const trouble = await troubleOf(chooseContext({ file, env: {} }))
    expect(trouble).toMatchObject({ code, exit: 2 })
    expect(trouble.hint).toBeDefined()
    expect(trouble.message).not.toContain('\n')
  })

  test('a file that is not there', async () => {
    expect(await troubleOf(chooseContext({ file: join(folder, 'nope'), env: {} }))).toMatchObject({
      code: 'kubeconfig-missing',
    })
  })
  test('a folder in its place', async () => {
    expect(await troubleOf(chooseContext({ file: folder, env: {} }))).toMatchObject({
      code: 'kubeconfig-unreadable',
    })
  })
  test('none at all', async () => {
    expect(await troubleOf(chooseContext({ env: { HOME: join(folder, 'nobody') } }))).toMatchObject({
      code: 'kubeconfig-missing',
    })
  })
  test('an unknown context is told with the known ones', async () => {
    const file = await write('b.yaml', config())
    expect(await troubleOf(chooseContext({ file, context: 'prd', env: {} }))).toMatchObject({
      code: 'context-unknown',
      hint: 'known contexts: prod',
    })
  })
  test('what is broken is told without quoting a token', async () => {
    const file = await write('secret.yaml', 'users: [{ name: u, user: { token: s3cr3t \n')
    expect((await troubleOf(chooseContext({ file, env: {} }))).message).not.toContain('s3cr3t')
  })
})

describe('credentials', () => {
  const nowMs = Date.UTC(2027, 0, 1)
  const access = async (text: string, o: { nowMs?: number; env?: Record<string, string> } = {}) => {
    const file = await write('c.yaml', text)
    const context: ChosenContext = await chooseContext({ file, env: {} })
    return accessOf(context, { nowMs: o.nowMs ?? nowMs, env: o.env ?? {} })
  }

  test.each([
    ['a token', '{ token: t0k3n }', { Authorization: 'Bearer t0k3n' }],
    ['a name and a password', '{ username: a, password: b }', { Authorization: 'Basic YTpi' }],
    ['nothing', '{}', {}],
  ])('%s', async (_, user, headers) => expect((await access(config({ user }))).headers).toEqual(headers))

  test('a token in a file of its own', async () => {
    await write('token', 'f1l3\n')
    expect((await access(config({ user: '{ tokenFile: token }' }))).headers).toEqual({
      Authorization: 'Bearer f1l3',
    })
  })
  test('a file that is not there', async () => {
    expect(await troubleOf(access(config({ user: '{ tokenFile: gone }' })))).toMatchObject({
      code: 'kubeconfig-incomplete',
    })
  })
  test('a client certificate that still holds', async () => {
    expect((await access(config({ user: certificate }))).cert).toContain('BEGIN CERTIFICATE')
  })
  test('an expired client certificate is told before anything is sent', async () => {
    expect(
      await troubleOf(access(config({ user: certificate }), { nowMs: Date.UTC(2028, 0, 1) })),
    ).toMatchObject({
      code: 'credentials-expired',
      message: expect.stringContaining('2027-11-20'),
    })
  })
  test('a client certificate that is none', async () => {
    expect(
      await troubleOf(
        access(config({ user: '{ client-certificate-data: bm9uZQ==, client-key-data: bm9uZQ== }' })),
      ),
    ).toMatchObject({ code: 'kubeconfig-broken' })
  })
  test('an insecure cluster is not verified, any other is', async () => {
    expect(
      (await access(config({ cluster: '{ server: "https://x:1", insecure-skip-tls-verify: true }' })))
        .rejectUnauthorized,
    ).toBe(false)
    expect((await access(config())).rejectUnauthorized).toBeUndefined()
  })
  test('a plugin that fails is told with its command', async () => {
    const user =
      '{ exec: { apiVersion: client.authentication.k8s.io/v1, command: ninelives-no-such-plugin, interactiveMode: Never } }'
    expect(await troubleOf(access(config({ user })))).toMatchObject({
      code: 'credentials-failed',
      hint: expect.stringContaining('ninelives-no-such-plugin'),
    })
  })
})

const certificate =
  '{ client-certificate-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUJjRENDQVJlZ0F3SUJBZ0lVRE1oRElxcHl6d0VMWGxOeUhEWm5OZ01CQkVBd0NnWUlLb1pJemowRUF3SXcKRGpFTU1Bb0dBMVVFQXd3RGIzQnpNQjRYRFRJMk1URXlNREV6TURnek1sb1hEVEkzTVRFeU1ERXpNRGd6TWxvdwpEakVNTUFvR0ExVUVBd3dEYjNCek1Ga3dFd1lIS29aSXpqMENBUVlJS29aSXpqMERBUWNEUWdBRUhmS0JOQ1l3Cm9mNkdRUU9pSWlpZ3NMcFJTZWl4a1E2TDFxbjN6MDVtUW9UM3JxeWNrdGFVT2dVRVlVZXc3d0E5WDR4aXNFUmUKQXVka1lYTnIwckI4WEtOVE1GRXdIUVlEVlIwT0JCWUVGT0hKYkF3UEFHSHMzMUUyUlY1REpMZDhaVnpKTUI4RwpBMVVkSXdRWU1CYUFGT0hKYkF3UEFHSHMzMUUyUlY1REpMZDhaVnpKTUE4R0ExVWRFd0VCL3dRRk1BTUJBZjh3CkNnWUlLb1pJemowRUF3SURSd0F3UkFJZ09hejN0cTl4aWpXV3hObyt5MHI3RENYWVdpaE4rcHNGVW9GakpaWnEKQ21rQ0lDN1gwSm4zV1ozUjgxcFdEY25ZYnlSM25Ddm40eTE2a1ZzMGorQUE1VzZmCi0tLS0tRU5EIENFUlRJRklDQVRFLS0tLS0K, client-key-data: a2V5 }'
