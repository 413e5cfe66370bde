import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { resources } from '#lab/api/ports.ts'
import { Lab } from '#lab/lab.ts'
import type { LabResponse } from '#lab/request.ts'

let lab: Lab
const worker = 'k8s-worker-01'

beforeAll(async () => {
  lab = await Lab.boot({ seed: 'proxy', nodes: 3 })
})

afterAll(() => lab.shutdown())

const get = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<LabResponse> =>
  lab.request({ method: 'GET', path, headers, body: '' })

const message = ({ body }: LabResponse): string => (JSON.parse(body) as { message: string }).message // a Status

const calicoNode = async (): Promise<string> => {
  const pods = await lab.kube.list({
    type: resources.pods,
    namespace: 'kube-system',
    labelSelector: 'k8s-app=calico-node',
    fieldSelector: `spec.nodeName=${worker}`,
  })
  return pods[0]?.metadata.name ?? ''
}

describe('a node', () => {
  test('answers by its kubelet: health, pods, files below /var/log', async () => {
    const on = `/api/v1/nodes/${worker}/proxy`
    expect(await get(`${on}/healthz`)).toMatchObject({ status: 200, body: 'ok' })
    const pods = JSON.parse((await get(`${on}/pods`)).body) as { items: { metadata: { name: string } }[] }
    expect(pods.items.map(({ metadata }) => metadata.name)).toContain(await calicoNode())
    await lab.run(worker, ['sh', '-c', 'echo written > /var/log/of-mine.log'])
    expect((await get(`${on}/logs/`)).body).toContain('<a href="of-mine.log">of-mine.log</a>')
    expect((await get(`${on}/logs/of-mine.log`)).body).toBe('written\n')
    expect((await get(`${on}/logs/..%2F..%2Fetc%2Fhostname`)).status).toBe(400)
    expect((await get(`${on}/elsewhere`)).status).toBe(404)
  })

  test('that is not there', async () => {
    expect(message(await get('/api/v1/nodes/nobody/proxy/healthz'))).toBe('nodes "nobody" not found')
  })

  test('needs a right of its own', async () => {
    const answer = await get(`/api/v1/nodes/${worker}/proxy/healthz`, { 'impersonate-user': 'bob' })
    expect(message(answer)).toBe(
      `nodes "${worker}" is forbidden: User "bob" cannot get resource "nodes/proxy" in API group "" at the cluster scope`,
    )
  })
})

describe('a pod', () => {
  const path = async (port: string): Promise<string> =>
    `/api/v1/namespaces/shop/pods/${await frontend()}${port}/proxy/`
  const frontend = async (): Promise<string> => {
    const pods = await lab.kube.list({
      type: resources.pods,
      namespace: 'shop',
      labelSelector: 'app=frontend',
    })
    return pods[0]?.metadata.name ?? ''
  }

  test('answers on the port that it declares, or on another that is said', async () => {
    const declared = await get(await path(''))
    expect(declared.status).toBe(200)
    const first = ({ body }: LabResponse): string => body.split('\n')[0] ?? ''
    expect(first(declared)).toContain(await frontend())
    expect(first(await get(await path(':8080')))).toBe(first(declared))
  })

  test('where nobody listens', async () => {
    const answer = await get(await path(':81'))
    expect(answer.status).toBe(503)
    expect(message(answer)).toMatch(
      /^error trying to reach service: dial tcp 10\.244\.[\d.]+:81: connect: connection refused$/,
    )
  })

  test('cannot be named in four parts', async () => {
    expect(message(await get('/api/v1/namespaces/shop/pods/a:b:c:d/proxy/'))).toBe(
      'invalid pod request "a:b:c:d"',
    )
  })
})

describe('a Service', () => {
  const path = (id: string): string => `/api/v1/namespaces/shop/services/${id}/proxy/`

  test('answers by one of its endpoints', async () => {
    expect((await get(path('frontend:8080'))).body).toMatch(/^frontend frontend-/)
  })

  test('that has not that port, or nobody behind it', async () => {
    expect(message(await get(path('frontend:1')))).toBe('no service port 1 found for service "frontend"')
    expect(message(await get(path('frontend:nothing')))).toBe(
      'no endpoints available for service "frontend:nothing"',
    )
  })
})

test('a wall in front of a node keeps the server out of it, too', async () => {
  await lab.addUnderlayRule({ name: 'wall', protocol: 'tcp', port: 10250, action: 'reject' })
  const answer = await get(`/api/v1/nodes/${worker}/proxy/healthz`)
  await lab.removeUnderlayRule('wall')
  expect(message(answer)).toMatch(/^error trying to reach service: dial tcp 10\.0\.0\.21:10250: connect: /)
})

test('health in words', async () => {
  expect((await get('/readyz')).body).toBe('ok')
  expect((await get('/readyz?verbose')).body).toMatch(
    /^\[\+\]ping ok\n\[\+\]log ok\n\[\+\]etcd ok\n[\s\S]*\[\+\]shutdown ok\nreadyz check passed\n$/,
  )
  expect((await get('/livez?verbose&exclude=log&exclude=nope')).body).toMatch(
    /^\[\+\]ping ok\n\[\+\]log excluded: ok\n[\s\S]*\nwarn: some health checks cannot be excluded: no matches for "nope"\nlivez check passed\n$/,
  )
})

test('how much is stored', async () => {
  const { body } = await get('/metrics')
  expect(body).toContain('apiserver_storage_objects{resource="nodes"} 3\n')
})
