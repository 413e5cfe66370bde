import { expect, onTestFinished, test } from 'vitest'
import type { Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { Lab } from '#lab/lab.ts'

/** A lab whose worker's kubelet is killed in two seconds, and an application's pod on it. */
async function doomed(): Promise<{ readonly lab: Lab; readonly pod: string; readonly tier: string }> {
  const lab = await Lab.boot({ seed: 'broken off', nodes: 2 })
  onTestFinished(() => lab.shutdown())
  const worker = lab.nodes[1] ?? ''
  const pods = await lab.kube.list<Pod>({ type: resources.pods, namespace: 'shop' })
  const pod = pods.find(({ spec }) => spec.nodeName === worker)
  await lab.exec(worker, 'nohup sh -c "sleep 2; pkill -KILL kubelet" > /dev/null 2>&1 &')
  return { lab, pod: pod?.metadata.name ?? '', tier: pod?.spec.containers[0]?.name ?? '' }
}

test('a log that breaks off is no whole answer', async () => {
  const { lab, pod } = await doomed()
  const path = `/api/v1/namespaces/shop/pods/${pod}/log?follow=true`
  await expect(lab.request({ method: 'GET', path })).rejects.toThrow('broke off')
}, 20_000)

test('nor is what a command had written until then', async () => {
  const { lab, pod, tier } = await doomed()
  const argv = ['sleep', '60']
  await expect(lab.execInPod({ namespace: 'shop', pod, container: tier, argv })).rejects.toThrow(
    'the connection ended before the command did',
  )
}, 20_000)
