import { expect, onTestFinished, test } from 'vitest'
import type { KubeObject } from '#lab/api/objects.ts'
import { Lab } from '#lab/lab.ts'

const type = { group: 'crd.projectcalico.org', version: 'v1', resource: 'caliconodestatuses' }
const name = 'worker'

interface Answered extends KubeObject {
  readonly status?: {
    readonly agent?: { readonly birdV4: Readonly<Record<string, string>> }
    readonly bgp?: {
      readonly numberEstablishedV4: number
      readonly numberNotEstablishedV4: number
      readonly peersV4: readonly Readonly<Record<string, string>>[]
    }
  }
}

test('a CalicoNodeStatus tells what BIRD says now, and again when it has changed', async () => {
  const lab = await Lab.boot({ seed: 'status', nodes: 3 })
  onTestFinished(() => lab.shutdown())
  const spec = { node: 'k8s-worker-01', classes: ['Agent', 'BGP'], updatePeriodSeconds: 10 }
  await lab.kube.create(type, {
    apiVersion: 'crd.projectcalico.org/v1',
    kind: 'CalicoNodeStatus',
    metadata: { name },
    ...{ spec },
  })
  await lab.advance(2_000)
  const { status } = await lab.kube.get<Answered>({ type, name })
  expect(status?.agent?.birdV4).toMatchObject({ state: 'Ready', routerID: '10.0.0.21' })
  expect(status?.bgp).toMatchObject({ numberEstablishedV4: 2, numberNotEstablishedV4: 0 })
  expect(status?.bgp?.peersV4.map(({ peerIP, type: kind }) => `${kind} ${peerIP}`)).toEqual([
    'NodeMesh 10.0.0.11',
    'NodeMesh 10.0.0.22',
  ])

  // The higher address dials: the other node can no longer reach this one's BIRD.
  const [source, destination] = ['10.0.0.22/32', '10.0.0.21/32']
  await lab.addUnderlayRule({ name: 'wall', source, destination, protocol: 'tcp', port: 179, action: 'drop' })
  await lab.advance(300_000)
  const later = await lab.kube.get<Answered>({ type, name })
  expect(later.status?.bgp).toMatchObject({ numberEstablishedV4: 1, numberNotEstablishedV4: 1 })
})
