import { kubeClient } from '#lab/api/client.ts'
import { directKube } from '#lab/api/direct.ts'
import { FakeNetwork } from '#lab/api/fake-network.ts'
import { resources } from '#lab/api/ports.ts'
import { apiPrograms } from '#lab/api/programs.ts'
import { ApiServer } from '#lab/api/server.ts'
import { Kernel } from '#lab/kernel/kernel.ts'

let t0 = performance.now()
const kernel = new Kernel({ seed: 1, startMs: 1_767_765_600_000 })
const network = new FakeNetwork(kernel)
const api = new ApiServer({ kernel })
console.log('api', performance.now() - t0)
const program = apiPrograms(api)['kube-apiserver']
network.start('kube-apiserver', '10.0.0.11', async (p) => program?.(p))
const kube = directKube(api)
await kube.create(resources.serviceAccounts, {
  apiVersion: 'v1',
  kind: 'ServiceAccount',
  metadata: { name: 'default', namespace: 'default' },
})
const N = 2000
t0 = performance.now()
for (let i = 0; i < 100; i++)
  await kube.create(resources.pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `p${i}`, namespace: 'default' },
    spec: {
      nodeName: 'n1',
      containers: [
        {
          name: 'c',
          image: 'i:1',
          env: Array.from({ length: 30 }, (_, k) => ({ name: `V${k}`, value: 'x' })),
        },
      ],
    },
  } as never)
console.log('create us', ((performance.now() - t0) * 1000) / 100)
for (let round = 0; round < 5; round++) {
  t0 = performance.now()
  for (let i = 0; i < N; i++)
    await kube.patch(
      { type: resources.pods, namespace: 'default', name: `p${i % 100}` },
      {
        type: 'strategic',
        body: { status: { phase: 'Running', conditions: [{ type: 'Ready', status: String(i) }] } },
      },
      { subresource: 'status' },
    )
  console.log('direct patch us', ((performance.now() - t0) * 1000) / N)
  let done = false
  network.start(`client${round}`, '10.0.0.21', async (p) => {
    const k = kubeClient(p, { server: '10.0.0.11:6443', user: 'x' })
    await k.list({ type: resources.pods })
    t0 = performance.now()
    for (let i = 0; i < N; i++)
      await k.patch(
        { type: resources.pods, namespace: 'default', name: `p${i % 100}` },
        {
          type: 'strategic',
          body: { status: { phase: 'Running', conditions: [{ type: 'Ready', status: `${i}${round}` }] } },
        },
        { subresource: 'status' },
      )
    console.log('client patch us', ((performance.now() - t0) * 1000) / N)
    t0 = performance.now()
    for (let i = 0; i < N; i++)
      await k.get({ type: resources.pods, namespace: 'default', name: `p${i % 100}` })
    console.log('client get us', ((performance.now() - t0) * 1000) / N)
    done = true
  })
  await kernel.runUntil(() => done, kernel.nowMs + 1e9)
}
