import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chanceOf, type Member, sharesOf } from '#failures/zone-common-cause/shares.ts'

const member = (name: string, isAffected: boolean, traits: Readonly<Record<string, string>>): Member => ({
  name,
  isAffected,
  traits: new Map(Object.entries(traits)),
  from: { source: name },
})
const zones = (affected: readonly string[], well: readonly string[]): readonly Member[] => [
  ...affected.map((zone, at) => member(`a${at}`, true, { zone })),
  ...well.map((zone, at) => member(`b${at}`, false, { zone })),
]
const many = (zone: string, count: number): readonly string[] => Array.from({ length: count }, () => zone)

describe('chance', () => {
  test.each([
    [{ nodes: 12, having: 3, picked: 3 }, 1 / 220],
    [{ nodes: 6, having: 3, picked: 3 }, 1 / 20],
    [{ nodes: 4, having: 4, picked: 2 }, 1],
    [{ nodes: 4, having: 1, picked: 2 }, 0],
  ])('%o', (o, expected) => {
    expect(chanceOf(o)).toBeCloseTo(expected, 12)
  })

  test('is a probability', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), fc.nat(40), (a, b, c) => {
        const [picked, having, nodes] = [a, b, c].toSorted((x, y) => x - y) as [number, number, number]
        const chance = chanceOf({ nodes, having, picked })
        expect(chance).toBeGreaterThanOrEqual(0)
        expect(chance).toBeLessThanOrEqual(1)
      }),
    )
  })
})

describe('shares', () => {
  test.each<[string, readonly Member[], readonly string[]]>([
    ['three of twelve, a zone of their own', zones(many('z1', 3), many('z2', 9)), ['z1']],
    ['five of six of a zone', zones(many('z1', 5), [...many('z1', 1), ...many('z2', 12)]), ['z1']],
    ['near miss: three of six, too likely', zones(many('z1', 3), many('z2', 3)), []],
    ['near miss: two of fifty', zones(many('z1', 2), many('z2', 48)), []],
    ['near miss: they are of two zones', zones(['z1', 'z1', 'z2'], many('z3', 40)), []],
    ['near miss: all nodes are affected', zones(many('z1', 5), []), []],
    ['near miss: everybody is of that zone', zones(many('z1', 4), many('z1', 30)), []],
    [
      'near miss: of the others nobody told it',
      [...zones(many('z1', 4), []), ...many('', 30).map((_, at) => member(`c${at}`, false, {}))],
      [],
    ],
  ])('%s', (_, members, expected) => {
    expect(sharesOf(members).map(({ value }) => value)).toEqual(expected)
  })
})
