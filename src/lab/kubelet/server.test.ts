import { describe, expect, test } from 'vitest'
import type { ContainerDef } from '#lab/api/objects.ts'
import { kubeletClientCertificate } from '#lab/kubelet/serving-certificate.ts'
import { type Bed, bed, createPod } from '#lab/kubelet/test-bed.ts'
import type { KubeletCall, KubeletReply, KubeletRequest } from '#lab/kubelet/wire.ts'
import type { Payload } from '#lab/network/ports.ts'

const worker = 'k8s-worker-01'

/** As the API server asks it. */
const asServer = (request: KubeletRequest): KubeletCall => ({
  ...request,
  method: request.kind === 'logs' ? 'GET' : 'POST',
  shown: kubeletClientCertificate(28),
})

/** What a kubelet answers to one request from the control plane, until it closes. */
async function ask(
  b: Bed,
  request: KubeletRequest,
  then: readonly KubeletRequest[] = [],
): Promise<readonly KubeletReply[]> {
  const replies: KubeletReply[] = []
  let closed = false
  b.kernel.start('asker', async (task) => {
    const { net } = b.machine('k8s-control-01')
    const connection = await net.connect(task, { address: '10.0.0.21', port: 10250 })
    for (const each of [asServer(request), ...then]) connection.send(each as unknown as Payload)
    for (;;) {
      const got = await connection.receive(task)
      if (got === 'closed' || got === undefined) break
      replies.push(got as unknown as KubeletReply)
    }
    closed = true
  })
  await b.until(() => closed)
  return replies
}

const logs = (o: Partial<Extract<KubeletRequest, { kind: 'logs' }>> = {}): KubeletRequest => ({
  kind: 'logs',
  namespace: 'default',
  pod: 'web',
  container: 'main',
  follow: false,
  previous: false,
  timestamps: false,
  ...o,
})

const exec = (command: readonly string[], stdin = false): KubeletRequest => ({
  kind: 'exec',
  namespace: 'default',
  pod: 'web',
  container: 'main',
  command,
  stdin,
  tty: false,
})

const attach = (stdin = true): KubeletRequest => ({
  kind: 'attach',
  namespace: 'default',
  pod: 'web',
  container: 'main',
  stdin,
  tty: false,
})

const withPod = async (args: readonly string[] = ['x']): Promise<Bed> => {
  const b = await bed({ workers: 1 })
  await b.advance(10_000)
  await createPod(b, 'web', { node: worker, container: { args } })
  await b.advance(5000)
  return b
}

test('logs: whole, the tail, with times', async () => {
  const b = await withPod()
  expect(await ask(b, logs())).toEqual([
    { kind: 'started' },
    { kind: 'out', stream: 'stdout', text: 'hello from web x\n' },
    { kind: 'end', code: 0 },
  ])
  expect(await ask(b, logs({ tailLines: 0 }))).toEqual([{ kind: 'started' }, { kind: 'end', code: 0 }])
  const [, first] = await ask(b, logs({ timestamps: true }))
  expect(first).toMatchObject({
    text: expect.stringMatching(/^2026-01-07T06:00:1\d\.\d{9}Z hello from web x\n$/),
  })
})

test('logs of the instance before, and followed to the end', async () => {
  const b = await withPod(['exit-after', '7000'])
  expect(await ask(b, logs({ previous: true }))).toEqual([
    { kind: 'error', code: 400, message: 'previous terminated container "main" in pod "web" not found' },
  ])
  const followed = await ask(b, logs({ follow: true }))
  expect(followed.at(-1)).toEqual({ kind: 'end', code: 0 })
  await b.advance(3000)
  const [, before] = await ask(b, logs({ previous: true }))
  expect(before).toMatchObject({ kind: 'out', text: 'hello from web exit-after 7000\n' })
})

test('logs of the instance before, while the container waits out a back-off: the one that ended', async () => {
  const b = await withPod(['exit-after', '100'])
  await b.advance(60_000)
  expect((await b.pod('web')).status.containerStatuses?.[0]?.state.waiting?.reason).toBe('CrashLoopBackOff')
  const [, before] = await ask(b, logs({ previous: true }))
  expect(before).toMatchObject({ kind: 'out', text: 'hello from web exit-after 100\n' })
})

test('exec: output, exit code, and what cannot be run', async () => {
  const b = await withPod()
  expect(await ask(b, exec(['/bin/say', 'hi', '3']))).toEqual([
    { kind: 'started' },
    { kind: 'out', stream: 'stdout', text: 'hi\n' },
    { kind: 'end', code: 3 },
  ])
  expect(await ask(b, exec(['nope']))).toEqual([
    { kind: 'started' },
    {
      kind: 'error',
      code: 500,
      message: expect.stringMatching(
        /^Internal error occurred: error executing command in container: failed to exec in container: failed to start exec "\w{64}": OCI runtime exec failed: .*: executable file not found in \$PATH: unknown$/,
      ),
    },
  ])
})

test('exec reads what the client sends until its end', async () => {
  const b = await withPod()
  const replies = await ask(b, exec(['/bin/say', 'stdin'], true), [
    { kind: 'stdin', text: 'one ' },
    { kind: 'stdin', text: 'two' },
    { kind: 'stdin-end' },
  ])
  expect(replies).toEqual([
    { kind: 'started' },
    { kind: 'out', stream: 'stdout', text: 'stdin\n' },
    { kind: 'out', stream: 'stdout', text: 'one two' },
    { kind: 'end', code: 0 },
  ])
})

describe('attach', () => {
  const typed: readonly KubeletRequest[] = [{ kind: 'stdin', text: 'one' }, { kind: 'stdin-end' }]
  /** A container that writes its input down once it has ended. */
  const reading = async (container: Partial<ContainerDef>): Promise<Bed> => {
    const b = await bed({ workers: 1 })
    await b.advance(10_000)
    const spec = { restartPolicy: 'Never' } as const
    await createPod(b, 'web', {
      node: worker,
      container: { command: ['/bin/say', 'stdin', '3'], ...container },
      spec,
    })
    await b.advance(5000)
    return b
  }
  const stateIn = async (b: Bed) => (await b.pod('web')).status.containerStatuses?.[0]?.state

  test('the first who types ends the input; how the container ended is for its status', async () => {
    const b = await reading({ stdin: true, stdinOnce: true })
    expect(await ask(b, attach(), typed)).toEqual([
      { kind: 'started' },
      { kind: 'out', stream: 'stdout', text: 'one' },
      { kind: 'end', code: 0 },
    ])
    await b.advance(2000)
    expect((await stateIn(b))?.terminated?.exitCode).toBe(3)
  })

  test.each([
    ['an input that stays open', { stdin: true }],
    ['a terminal', { stdin: true, stdinOnce: true, tty: true }],
  ])('%s: the attachment is over, the container goes on', async (_, container) => {
    const b = await reading(container)
    const replies = await ask(b, attach(), typed)
    expect([replies.at(0), replies.at(-1)]).toEqual([{ kind: 'started' }, { kind: 'end', code: 0 }])
    expect((await stateIn(b))?.running).toBeDefined()
  })

  test('whoever only watches ends nothing', async () => {
    const b = await reading({ stdin: true, stdinOnce: true })
    let seen: unknown
    b.kernel.start('watcher', async (task) => {
      const { net } = b.machine('k8s-control-01')
      const connection = await net.connect(task, { address: '10.0.0.21', port: 10250 })
      connection.send(asServer(attach(false)) as unknown as Payload)
      seen = await connection.receive(task)
      connection.close()
    })
    await b.until(() => seen !== undefined)
    await b.advance(2000)
    expect((await stateIn(b))?.running).toBeDefined()
  })
})

test.each([
  [{ pod: 'nope' }, 404, 'pod "nope" not found in namespace "default"'],
  [{ container: 'nope' }, 400, 'container nope is not valid for pod web'],
])('logs of %j', async (o, code, message) => {
  expect(await ask(await withPod(), logs(o))).toEqual([{ kind: 'error', code, message }])
})
