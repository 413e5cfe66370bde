import { afterEach, expect, test } from 'vitest'
import { Lab } from '#lab/lab.ts'

let lab: Lab | undefined
afterEach(() => lab?.shutdown())

const post = (on: Lab, path: string, object: object) =>
  on.request({
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(object),
  })

const pod = (serviceAccountName?: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'first' },
  spec: { serviceAccountName, containers: [{ name: 'c', image: 'busybox' }] },
})

const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fresh' } }
const pods = '/api/v1/namespaces/fresh/pods'

test('a pod right after its namespace waits for the account that a controller makes there', async () => {
  lab = await Lab.boot({ seed: 'fresh', nodes: 2 })
  await post(lab, '/api/v1/namespaces', namespace)
  expect((await post(lab, pods, pod())).status).toBe(201)
})

test('it is refused after a while where nobody makes the account, and at once for any other account', async () => {
  lab = await Lab.boot({ seed: 'fresh', nodes: 2 })
  await lab.exec('k8s-control-01', 'mv /etc/kubernetes/manifests/kube-controller-manager.yaml /root/')
  await lab.advance(60_000)
  await post(lab, '/api/v1/namespaces', namespace)
  const began = lab.nowMs
  const refused = await post(lab, pods, pod())
  expect(JSON.parse(refused.body).message).toBe(
    'pods "first" is forbidden: error looking up service account fresh/default: serviceaccount "default" not found',
  )
  expect(lab.nowMs - began).toBeGreaterThan(900)
  const other = lab.nowMs
  expect((await post(lab, pods, pod('nobody'))).status).toBe(403)
  expect(lab.nowMs - other).toBeLessThan(100)
})
