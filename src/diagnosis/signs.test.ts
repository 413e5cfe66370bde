import { describe, expect, test } from 'vitest'
import type { MessageRow } from '#cluster/relations.ts'
import { clusterSubject, nodeSubject, renderSubject } from '#cluster/subjects.ts'
import { ago, factsOf } from '#cluster/testing/facts.ts'
import { findingsOf, messageSigns, type Sign } from '#diagnosis/signs.ts'
import type { Weight } from '#diagnosis/types.ts'

const line = (id: string, node: string | undefined, minutes: number): MessageRow => ({
  message: { id, params: { value: 'v' } },
  count: 1,
  atMs: ago(minutes),
  ...(node === undefined ? {} : { node }),
})

const weightsOf = (rows: readonly MessageRow[], options = {}): readonly string[] =>
  messageSigns(
    factsOf({ messages: rows }),
    {
      'a/bad': ['strong', 'it is bad'],
      'a/worse': ({ message }) => ['decisive', message.params.value ?? ''],
    },
    options,
  ).map(({ about, weight, says }) => `${renderSubject(about)} ${weight} ${says}`)

describe('signs of messages', () => {
  test('stand where the message was printed', () => {
    expect(
      weightsOf([line('a/bad', 'w1', 1), line('a/worse', undefined, 1), line('other', 'w1', 1)]),
    ).toEqual(['node/w1 strong it is bad', 'cluster decisive v'])
  })

  test('of an hour ago are over, unless they are asked for at any age', () => {
    expect(weightsOf([line('a/bad', 'w1', 60)])).toEqual([])
    expect(weightsOf([line('a/bad', 'w1', 60)], { ofAnyAge: true })).toHaveLength(1)
  })

  test.each<[string, readonly MessageRow[], number]>([
    ['a later end at the same place ends it', [line('a/bad', 'w1', 5), line('a/fine', 'w1', 4)], 0],
    ['an end before it does not', [line('a/bad', 'w1', 4), line('a/fine', 'w1', 5)], 1],
    ['an end elsewhere does not', [line('a/bad', 'w1', 5), line('a/fine', 'w2', 4)], 1],
  ])('%s', (_, rows, expected) => {
    expect(weightsOf(rows, { endedBy: ['a/fine'] })).toHaveLength(expected)
  })
})

const sign = (where: string, weight: Weight, says = weight): Sign => ({
  about: where === '' ? clusterSubject : nodeSubject(where),
  weight,
  says,
  from: { source: says },
})

const found = (signs: readonly Sign[], judges: 'node' | 'cluster' = 'node') =>
  findingsOf(signs, { judges, conclude: () => ({ says: 'x', state: undefined }) }).map(
    ({ about, evidence }) => `${renderSubject(about)}: ${evidence.map(({ says }) => says).join(', ')}`,
  )

describe('findings', () => {
  test.each<[string, readonly Sign[], readonly string[]]>([
    ['one per place', [sign('w1', 'strong'), sign('w2', 'weak')], ['node/w1: strong', 'node/w2: weak']],
    [
      'the strongest evidence first',
      [sign('w1', 'weak'), sign('w1', 'decisive')],
      ['node/w1: decisive, weak'],
    ],
    [
      'what has no place joins the only place',
      [sign('w1', 'strong'), sign('', 'weak')],
      ['node/w1: strong, weak'],
    ],
    [
      'what has no place joins none of two',
      [sign('w1', 'strong'), sign('w2', 'strong'), sign('', 'weak')],
      ['node/w1: strong', 'node/w2: strong', 'cluster: weak'],
    ],
    ['what only speaks against it is no finding', [sign('w1', 'against')], []],
    ['equal signs count once', [sign('w1', 'weak'), sign('w1', 'weak')], ['node/w1: weak']],
  ])('%s', (_, signs, expected) => {
    expect(found(signs)).toEqual(expected)
  })

  test('of the cluster: all signs are one finding', () => {
    expect(found([sign('w1', 'strong'), sign('w2', 'weak')], 'cluster')).toEqual(['cluster: strong, weak'])
  })

  test('signs that are not enough are none', () => {
    expect(findingsOf([sign('w1', 'weak')], { judges: 'node', conclude: () => undefined })).toEqual([])
  })
})

test('what somebody only said proves nothing', () => {
  const about = clusterSubject
  const from = { source: 'paste 1, line 1', isTold: true as const }
  const signs: readonly Sign[] = [{ about, weight: 'decisive', says: 'it is broken', from }]
  const [finding] = findingsOf(signs, { judges: 'cluster', conclude: () => ({ says: 'broken', state: {} }) })
  expect(finding?.evidence.map(({ weight }) => weight)).toEqual(['strong'])
})
