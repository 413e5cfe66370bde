import { describe, expect, test } from 'vitest'
import { changedFields } from '#lab/api/managed/fields-of.ts'
import { afterUpdate, type Manager, type Owner } from '#lab/api/managed/managers.ts'
import { afterRenewal } from '#lab/api/managed/renewal.ts'
import { builtinTypesOf } from '#lab/api/schema/of-def.ts'
import type { Struct } from '#lab/api/schema/schema.ts'
import type { Stored } from '#lab/api/store.ts'

const schema = builtinTypesOf('1.31.9').ofKind('', 'v1', 'Node') as Struct // it is in the table

const by = (manager: string): Manager => ({
  manager,
  operation: 'Update',
  apiVersion: 'v1',
  subresource: 'status',
})

type Conditions = readonly Readonly<Record<string, string>>[]

const at = (minute: number, status = 'True'): Conditions =>
  ['Ready', 'DiskPressure'].map((type) => ({ type, status, lastHeartbeatTime: `06:0${minute}` }))

const node = (conditions: Conditions, revision: number): Stored =>
  ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'n', uid: 'n', resourceVersion: String(revision), creationTimestamp: '' },
    status: { conditions },
  }) as unknown as Stored // with a status

/** The owners after these writes, worked out field by field. */
const owners = (...writes: readonly (readonly [string, Conditions])[]): readonly Owner[] =>
  writes.reduce<readonly Owner[]>((before, [manager, conditions], i) => {
    const was = i === 0 ? undefined : node(writes[i - 1]?.[1] ?? [], i)
    const written = changedFields(schema, was, node(conditions, i + 1))
    return afterUpdate(before, written, { ...by(manager), timeMs: i })
  }, [])

/** What a kubelet's next write leads to: the short way, and field by field. */
function next(before: readonly Owner[], was: Conditions, is: Conditions) {
  const [a, b] = [node(was, 8), node(is, 9)]
  const kubelet = { ...by('kubelet'), timeMs: 99 }
  return {
    short: afterRenewal(before, { was: a, is: b, except: undefined }, kubelet),
    whole: afterUpdate(before, changedFields(schema, a, b), kubelet),
  }
}

const other = { type: 'NetworkUnavailable', status: 'False', lastHeartbeatTime: '06:00' }

describe('who owns the conditions of a node after its kubelet’s report', () => {
  test('is who owned them before, at another time', () => {
    const { short, whole } = next(owners(['kubelet', at(0)]), at(0), at(5))
    expect(short).toEqual(whole)
    expect(short?.[0]?.timeMs).toBe(99)
  })

  test('the conditions of others stay theirs', () => {
    const known = owners(['kubelet', at(0)], ['calico', [...at(0), other]])
    const { short, whole } = next(known, [...at(0), other], [...at(5), other])
    expect(short).toEqual(whole)
    expect(short?.map(({ manager }) => manager)).toEqual(['calico', 'kubelet'])
  })

  test.each([
    ['a condition that has changed, too', at(0), at(5, 'False')],
    ['a condition more', at(0), [...at(5), other]],
    ['another order', at(0), at(5).toReversed()],
    ['one condition twice', [...at(0), ...at(0)], [...at(5), ...at(5)]],
    ['nothing new', at(0), at(0)],
  ])('is worked out field by field with %s', (_, was, is) => {
    expect(next(owners(['kubelet', was]), was, is).short).toBeUndefined()
  })

  test('is worked out field by field where somebody else had written a time', () => {
    const known = owners(['kubelet', at(0)], ['admin', at(1)])
    expect(next(known, at(1), at(5)).short).toBeUndefined()
  })
})
