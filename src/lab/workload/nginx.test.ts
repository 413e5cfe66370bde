import { afterAll, beforeAll, expect, test } from 'vitest'
import { labKubectl } from '#lab/kubectl/lab-kubectl.ts'
import { Lab } from '#lab/lab.ts'

let lab: Lab

const kubectl = async (line: string, stdin = ''): Promise<string> => {
  const { stdout, stderr } = await labKubectl(lab, line, { stdin })
  return stdout + stderr
}

beforeAll(async () => {
  lab = await Lab.boot({ seed: 'nginx', nodes: 3 })
  await kubectl('create deployment web --image=nginx --replicas=2')
  await kubectl('expose deployment web --port=80')
  await kubectl('run client --image=busybox -- sleep infinity')
  await kubectl('wait deployment/web --for=condition=Available')
  await kubectl('wait pod/client --for=condition=Ready')
  await lab.advance(2000)
}, 60_000)
afterAll(() => lab.shutdown())

const curl = (what: string): Promise<string> => kubectl(`exec client -- curl -s ${what}`)

test('serves its page behind a Service, and says so in its log', async () => {
  expect(await curl('http://web/')).toContain('<h1>Welcome to nginx!</h1>')
  expect(await curl('-o /dev/null -w %{http_code} http://web/nope')).toBe('404')
  const log = await kubectl('logs -l app=web')
  expect(log).toMatch(
    /^10\.244\.\d+\.\d+ - - \[\d\d\/\w{3}\/2026:[\d:]{8} \+0000\] "GET \/ HTTP\/1\.1" 200 \d+ "-" "\S+" "-"$/m,
  )
  expect(log).toContain('"GET /nope HTTP/1.1" 404 ')
})

test('serves what is mounted over its root', async () => {
  await kubectl('create configmap pages --from-literal=index.html=mine')
  await kubectl(
    'apply -f -',
    `
apiVersion: v1
kind: Pod
metadata: { name: mine, labels: { app: mine } }
spec:
  containers: [{ name: nginx, image: 'nginx:1.27', volumeMounts: [{ name: pages, mountPath: /usr/share/nginx/html }] }]
  volumes: [{ name: pages, configMap: { name: pages } }]
`,
  )
  await kubectl('expose pod mine --port=80')
  await kubectl('wait pod/mine --for=condition=Ready')
  await lab.advance(2000)
  expect(await curl('http://mine/')).toBe('mine')
})

test('cannot have its port without the right to it', async () => {
  await kubectl(
    'apply -f -',
    `
apiVersion: v1
kind: Pod
metadata: { name: weak }
spec:
  securityContext: { runAsUser: 1000, sysctls: [{ name: net.ipv4.ip_unprivileged_port_start, value: '1024' }] }
  containers: [{ name: nginx, image: nginx, securityContext: { capabilities: { drop: [ALL] } } }]
`,
  )
  await lab.advance(10_000)
  expect(await kubectl('logs weak')).toBe(
    'nginx: [emerg] bind() to 0.0.0.0:80 failed (13: Permission denied)\n',
  )
})
