import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type Bench, startBench } from '#lab/api/kubectl-bench.ts'
import { seedCluster } from '#lab/api/kubectl-seed.ts'
import { resources } from '#lab/api/ports.ts'

let bench: Bench

beforeAll(async () => {
  bench = await startBench()
  seedCluster(bench)
  const n2 = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n2' }, spec: {} }
  bench.seed({ ...n2, status: { addresses: [{ type: 'InternalIP', address: '10.0.0.22' }] } })
  const spec = { nodeName: 'n2', containers: [{ name: 'c1', image: 'i:1' }] }
  bench.seed({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'far', namespace: 'default' }, spec })
})

afterAll(() => bench.close())

interface Session {
  /** What came, by channel. */
  readonly channels: Readonly<Record<number, string>>
  readonly protocol: string
  readonly closeCode: number
}

/** Runs a command over a WebSocket; `stdin` is sent and ended. */
const exec = (
  query: string,
  o: { readonly protocols: readonly string[]; readonly stdin?: string },
): Promise<Session> =>
  new Promise((resolve, reject) => {
    const url = `${bench.served.url.replace('http', 'ws')}/api/v1/namespaces/default/pods/web/exec?container=c1&stdout=true&${query}`
    const socket = new WebSocket(url, [...o.protocols])
    const channels: Record<number, string> = {}
    socket.on('open', () => {
      if (o.stdin === undefined) return
      socket.send(Buffer.concat([Buffer.from([0]), Buffer.from(o.stdin)]))
      socket.send(Buffer.from([255, 0]))
    })
    socket.on('message', (data: Buffer) => {
      const [channel = -1] = data
      channels[channel] = (channels[channel] ?? '') + data.toString('utf8', 1)
    })
    socket.on('error', reject)
    socket.on('close', (closeCode) => resolve({ channels, protocol: socket.protocol, closeCode }))
  })

/** What `cat` answers to these messages. */
const catThrough = (messages: readonly Buffer[]): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const url = `${bench.served.url.replace('http', 'ws')}/api/v1/namespaces/default/pods/web/exec?container=c1&command=cat&stdin=true&stdout=true`
    const socket = new WebSocket(url, [v5])
    const said: Buffer[] = []
    socket.on('open', () => {
      for (const each of messages) socket.send(Buffer.concat([Buffer.from([0]), each]))
      socket.send(Buffer.from([255, 0]))
    })
    socket.on('message', (data: Buffer) => {
      if (data[0] === 1) said.push(data.subarray(1))
    })
    socket.on('error', reject)
    socket.on('close', () => resolve(Buffer.concat(said)))
  })

const v5 = 'v5.channel.k8s.io'
const v4 = 'v4.channel.k8s.io'

describe('a command over a WebSocket', () => {
  test('writes to its channels and ends with its status', async () => {
    const { channels, closeCode, protocol } = await exec('command=echo&command=hello&command=world', {
      protocols: [v5, v4],
    })
    expect({ protocol, closeCode }).toEqual({ protocol: v5, closeCode: 1000 })
    expect(channels).toEqual({ 1: 'hello world\n', 3: '{"metadata":{},"status":"Success"}' })
  })

  test('tells its exit code in words that clients read', async () => {
    const { channels } = await exec('command=fail&stderr=true', { protocols: [v4] })
    expect(channels[2]).toBe('it fails\n')
    expect(JSON.parse(channels[3] ?? '')).toEqual({
      metadata: {},
      status: 'Failure',
      message: 'command terminated with non-zero exit code: exit status 3',
      reason: 'NonZeroExitCode',
      details: { causes: [{ reason: 'ExitCode', message: '3' }] },
    })
  })

  test('reads what is sent until it is ended', async () => {
    const { channels } = await exec('command=cat&stdin=true', { protocols: [v5], stdin: 'through' })
    expect(channels[1]).toBe('through')
  })

  test('hands bytes through that are no text, in whatever messages they come', async () => {
    const bytes = Buffer.from([0, 0xff, 0xe2, 0x82, 0xac, 0xe2, 0x82, 0x1f, 0x8b, 0xed, 0xa0, 0x80, 0xe2])
    expect((await catThrough([bytes.subarray(0, 4), bytes.subarray(4)])).equals(bytes)).toBe(true)
  })

  test('is refused without a protocol that is spoken, so that clients fall back', async () => {
    await expect(exec('command=echo', { protocols: ['base64.channel.k8s.io'] })).rejects.toThrow(
      /server|protocol/i,
    )
  })
})

const get = async (path: string): Promise<{ readonly status: number; readonly text: string }> => {
  const response = await fetch(`${bench.served.url}/api/v1/namespaces/default/pods/${path}`)
  return { status: response.status, text: await response.text() }
}

describe('a log', () => {
  test('is the text that the kubelet sends', async () => {
    expect(await get('web/log?container=c1&tailLines=2')).toEqual({ status: 200, text: 'line 9\nline 10\n' })
  })

  test.each<[string, string, number, string]>([
    [
      'no container named',
      'web/log',
      400,
      'a container name must be specified for pod web, choose one of: [c1 c2]',
    ],
    ['a container that is not there', 'web/log?container=x', 400, 'container x is not valid for pod web'],
    ['a pod that is not there', 'nope/log', 404, 'pods "nope" not found'],
    [
      'what the kubelet refuses',
      'web/log?container=c1&previous=true',
      400,
      'previous terminated container "c1" in pod "web" not found',
    ],
    [
      'a kubelet that does not listen',
      'far/log',
      500,
      'Get "https://10.0.0.22:10250/containerLogs/default/far/c1": dial tcp 10.0.0.22:10250: connect: connection refused',
    ],
    ['a number that is none', 'web/log?container=c1&tailLines=x', 400, 'invalid syntax'],
  ])('is refused for %s', async (_name, path, status, message) => {
    const answer = await get(path)
    expect(answer.status).toBe(status)
    expect((JSON.parse(answer.text) as { message: string }).message).toContain(message)
  })

  test('of a pod without a node is empty', async () => {
    const spec = { containers: [{ name: 'c', image: 'i' }] }
    await bench.kube.create(resources.pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'idle', namespace: 'default' },
      spec,
    } as never)
    expect(await get('idle/log')).toEqual({ status: 200, text: '' })
  })
})
