import { afterEach, expect, test } from 'vitest'
import { Lab } from '#lab/lab.ts'

let lab: Lab | undefined

afterEach(() => lab?.shutdown())

const boot = async (): Promise<Lab> => {
  lab = await Lab.boot({ seed: 'konnectivity', nodes: 3, egress: 'konnectivity' })
  return lab
}

const get = (on: Lab, path: string) => on.request({ method: 'GET', path })

interface Listed {
  readonly items: readonly {
    readonly metadata: { readonly name: string }
    readonly spec: { readonly nodeName: string }
  }[]
}

async function podOf(
  on: Lab,
  o: { readonly app: string; readonly node?: string; readonly namespace?: string },
): Promise<string> {
  const { body } = await get(
    on,
    `/api/v1/namespaces/${o.namespace ?? 'shop'}/pods?labelSelector=app=${o.app}`,
  )
  const { items } = JSON.parse(body) as Listed
  const found = items.find(({ spec }) => o.node === undefined || spec.nodeName === o.node)
  if (found === undefined) throw new Error(`no pod of ${o.app}`)
  return found.metadata.name
}

const logOf = async (on: Lab, pod: string, namespace = 'shop') => {
  const { status, body } = await get(on, `/api/v1/namespaces/${namespace}/pods/${pod}/log?tailLines=1`)
  return { status, text: status === 200 ? body : (JSON.parse(body) as { readonly message: string }).message }
}

test('logs come by way of an agent, also when the control plane itself cannot reach the kubelets', async () => {
  const on = await boot()
  const pod = await podOf(on, { app: 'db' })
  await on.addUnderlayRule({
    name: 'no way to kubelets',
    source: '10.0.0.11/32',
    protocol: 'tcp',
    port: 10_250,
    action: 'drop',
  })
  expect((await logOf(on, pod)).status).toBe(200)
  const agent = await podOf(on, { app: 'konnectivity-agent', namespace: 'kube-system' })
  const { body } = await get(on, `/api/v1/namespaces/kube-system/pods/${agent}/log`)
  expect(body).toMatch(/"Start serving" serverID="[-0-9a-f]+" agentID="[-0-9a-f]+"/)
})

test('without an agent there is no log, and pods go on', async () => {
  const on = await boot()
  const pod = await podOf(on, { app: 'db' })
  await on.addUnderlayRule({ name: 'no way to the server', protocol: 'tcp', port: 8132, action: 'reject' })
  await on.exec('k8s-control-01', 'kill $(pidof proxy-server)')
  await on.advance(120_000)
  const { status, text } = await logOf(on, pod)
  expect([status, text]).toEqual([
    500,
    expect.stringMatching(
      /^Get "https:\/\/10\.0\.0\.2\d:10250\/containerLogs\/shop\/db-.*": No agent available$/,
    ),
  ])
})

test('without the server the API server says so', async () => {
  const on = await boot()
  const pod = await podOf(on, { app: 'db' })
  await on.exec('k8s-control-01', 'mv /etc/kubernetes/manifests/konnectivity-server.yaml /root/')
  await on.advance(60_000)
  expect((await logOf(on, pod)).text).toMatch(
    /: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 127\.0\.0\.1:8131: connect: connection refused"$/,
  )
})

test('an agent whose machine is off is given up within half a minute, so that nobody waits for it', async () => {
  const on = await boot()
  const pod = await podOf(on, { app: 'konnectivity-agent', node: 'k8s-worker-02', namespace: 'kube-system' })
  await on.addUnderlayRule({ name: 'nothing to it', destination: '10.0.0.21/32', action: 'drop' })
  await on.addUnderlayRule({ name: 'nothing from it', source: '10.0.0.21/32', action: 'drop' })
  await on.advance(35_000)
  const answers = []
  for (let asked = 0; asked < 8; asked++) answers.push((await logOf(on, pod, 'kube-system')).status)
  expect(answers).toEqual(Array(8).fill(200))
})
