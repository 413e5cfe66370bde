import { describe, expect, test } from 'vitest'
import { BuiltinTypes } from '#lab/api/schema/builtin.ts'
import type { Struct } from '#lab/api/schema/schema.ts'
import { written } from '#lab/api/schema/written.ts'

const typeOf = (group: string, kind: string, minor = 31): Struct =>
  new BuiltinTypes(minor).ofKind(group, 'v1', kind) as Struct // it is in the table

describe('an object as Go writes it', () => {
  test.each([
    [
      'a condition of a pod has a probe time, of which nobody says anything',
      typeOf('', 'Pod'),
      { status: { conditions: [{ type: 'Ready', status: 'True' }] } },
      'status.conditions[0]',
      { type: 'Ready', status: 'True', lastProbeTime: null, lastTransitionTime: null },
    ],
    [
      'a template was not created at any time',
      typeOf('apps', 'Deployment'),
      { spec: { template: { metadata: { labels: { a: 'b' } } } } },
      'spec.template.metadata',
      { labels: { a: 'b' }, creationTimestamp: null },
    ],
    [
      'an Ingress has a status without any',
      typeOf('networking', 'Ingress'),
      {},
      'status',
      { loadBalancer: {} },
    ],
    [
      'a divisor that was not given is 0',
      typeOf('', 'Pod'),
      {
        spec: {
          containers: [
            { name: 'c', env: [{ name: 'M', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } }] },
          ],
        },
      },
      'spec.containers[0].env[0].valueFrom.resourceFieldRef',
      { resource: 'limits.cpu', divisor: '0' },
    ],
  ])('%s', (_, type, object, at, expected) => {
    expect(written(type, object, 31)).toHaveProperty(at, expected)
  })

  test('what is a pointer stays away, and a complete object is itself', () => {
    const map = { metadata: { name: 'm', creationTimestamp: '2026-01-01T00:00:00Z' }, data: { a: 'b' } }
    expect(written(typeOf('', 'ConfigMap'), map, 31)).toBe(map)
  })

  test('since 1.34 a template is silent of when it was created', () => {
    const object = { spec: { template: { metadata: {} } } }
    const shown = written(typeOf('apps', 'Deployment', 34), object, 34)
    expect(shown).toHaveProperty('spec.template.metadata', {})
  })
})
