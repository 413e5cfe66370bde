import { describe, expect, test } from 'vitest'
import { answerOf, json, maps, server } from '#lab/api/http/http-bench.ts'
import { resources } from '#lab/api/ports.ts'
import { ProtobufWriter } from '#lab/api/protobuf/writer.ts'
import { ApiServer } from '#lab/api/server.ts'
import { Kernel } from '#lab/kernel/kernel.ts'

describe('what is served', () => {
  const all =
    '/api /apis /api/v1 /apis/apps /apis/apps/v1 /apis/crd.projectcalico.org/v1 /openapi/v3/apis/policy/v1'

  test.each(all.split(' '))('%s is described', (url) => {
    expect(answerOf(server().api, { url }).code).toBe(200)
  })

  test.each([
    ['1.32.4', undefined],
    ['1.33.1', '299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"'],
  ])('who asks a server of %s for Endpoints is warned from 1.33 on', (kubernetesVersion, warning) => {
    const api = new ApiServer({ kernel: new Kernel({ seed: 1, startMs: 0 }), kubernetesVersion })
    expect(answerOf(api, { url: '/api/v1/endpoints' }).headers.warning).toBe(warning)
    expect(answerOf(api, { url: '/api/v1/services' }).headers.warning).toBeUndefined()
  })

  test('drain learns of evictions', () => {
    const { resources: list } = json(answerOf(server().api, { url: '/api/v1' }))
    expect(list).toContainEqual(
      expect.objectContaining({ name: 'pods/eviction', group: 'policy', version: 'v1', kind: 'Eviction' }),
    )
  })

  test.each(['v2', 'v2beta1'])('the aggregated form %s has the type of its answer', (version) => {
    const accept = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList,application/json`
    const answer = answerOf(server().api, { url: '/apis', headers: { accept } })
    expect(answer.headers['content-type']).toBe(
      `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
    )
    expect(json(answer).apiVersion).toBe(`apidiscovery.k8s.io/${version}`)
  })

  test("OpenAPI v2 is protocol buffers under a type that Go's MIME parser takes", () => {
    const accept = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'
    const answer = answerOf(server().api, { url: '/openapi/v2', headers: { accept } })
    expect(answer.headers['content-type']).toBe('application/com.github.proto-openapi.spec.v2.v1.0+protobuf')
    const text = new TextDecoder().decode(answer.bytes)
    for (const part of [
      '2.0',
      '/apis/crd.projectcalico.org/v1/ippools/{name}',
      'dryRun',
      'x-kubernetes-group-version-kind',
    ])
      expect(text).toContain(part)
  })
})

test('bodies may be protocol buffers', async () => {
  const { api, kube } = server()
  const metadata = new ProtobufWriter()
    .field(1, 'c')
    .field(2, '')
    .field(8, '')
    .field(11, new ProtobufWriter().field(1, 'k').field(2, 'v'))
  const object = new ProtobufWriter()
    .field(1, metadata)
    .field(2, new ProtobufWriter().field(1, 'a').field(2, '1'))
    .field(99, 'unknown')
  const unknown = new ProtobufWriter()
    .field(1, new ProtobufWriter().field(1, 'v1').field(2, 'ConfigMap'))
    .field(2, object)
    .finish()
  const body = Buffer.concat([Buffer.from('k8s\0'), unknown])
  const headers = { 'content-type': 'application/vnd.kubernetes.protobuf' }
  expect(answerOf(api, { url: maps, method: 'POST', headers, body }).code).toBe(201)
  const made = await kube.get({ type: resources.configMaps, namespace: 'default', name: 'c' })
  expect(made).toMatchObject({
    data: { a: '1' },
    metadata: { name: 'c', labels: { k: 'v' }, creationTimestamp: '2026-01-07T06:00:00Z' },
  })
  for (const wrong of [Buffer.from('nope'), body.subarray(0, body.length - 3)])
    expect(answerOf(api, { url: maps, method: 'POST', headers, body: wrong }).code).toBe(400)
})
