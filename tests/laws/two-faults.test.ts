import { describe, expect, test } from 'vitest'
import { renderSubject } from '#cluster/subjects.ts'
import type { Diagnosis, Found } from '#diagnosis/types.ts'
import { diagnosed } from '../support/lab-cluster.ts'
import { consequences, type Named, type Pair, pairsOf, spreading, struckTwice } from './pairs.ts'

/**
 * `npm test` takes a few pairs, the same ones each time, and some that once did not hold; the soak every one, drawn anew for every ten
 * of its seeds.
 */
const soakSeeds = Number(process.env['NINELIVES_SEEDS'] ?? 0)
const sampled = 8
const onceWrong: ReadonlySet<string> = new Set([
  'bgp-port-in-use (listener) + datastore-unreachable (cut-off)',
  'health-endpoint-unreachable (port-moved) + runtime-cgroup-driver-mismatch (cgroupfs)',
  'host-limit-exhausted (neighbours) + ipam-no-pool (disabled)',
  'kube-proxy-down (bad-config) + kernel-module-missing (sets)',
  'no-default-route (removed) + kernel-module-missing (sets)',
  'worker-needs-reload (left-unit) + worker-needs-reboot (cgroup-limit)',
])

/** A fault that gets another variant changes what is drawn: a pair that was wrong once may then be in a later draw. */
const draws = soakSeeds > 0 ? Math.ceil(soakSeeds / 10) : 3
const drawn = (
  await Promise.all(Array.from({ length: draws }, (_, draw) => pairsOf(String(draw + 1))))
).flat()
const isFirst = ({ title }: Pair, index: number): boolean =>
  drawn.findIndex((pair) => pair.title === title) === index
const pairs =
  soakSeeds > 0
    ? drawn
    : drawn.filter((pair, index) => index < sampled || (onceWrong.has(pair.title) && isFirst(pair, index)))

test('pairs that once did not hold are still drawn', () => {
  expect([...onceWrong].filter((title) => !pairs.some((pair) => pair.title === title))).toEqual([])
})

describe('law 6: of two faults in one lab each is found, or is unknown where the other hides it; nothing else is found', () => {
  test.each(pairs)(
    '$title in $flavour',
    async (pair) => {
      const { lab, expected, beside } = await struckTwice(pair)
      const { diagnosis } = await diagnosed(lab)
      const lost = expected.filter((one) => !isSeen(diagnosis, one))
      expect(lost, 'neither found nor unknown').toEqual([])
      const strangers = (causes: readonly Found[]): readonly Named[] =>
        causes
          .map(nameOf)
          .filter((one) => isStranger(one, expected) && !beside.some((each) => isSame(each, one)))
      // What is merely possible explains nothing: a reading of what one fault keeps the proof of the other from.
      const firm = diagnosis.causes.filter(({ confidence }) => confidence !== 'possible')
      expect(strangers(firm), 'found, and nobody did it').toEqual([])
      expect(diagnosis.verdict).toBe('broken')
      const { causes } = (await diagnosed(lab, { kubeconfigOnly: true })).diagnosis
      const sure = causes.filter(({ confidence }) => confidence === 'confirmed')
      expect(strangers(sure), 'sure through a kubeconfig alone, and nobody did it').toEqual([])
      await lab.shutdown()
    },
    120_000,
  )
})

const nameOf = ({ mode, finding }: Found): Named => ({ mode: mode.id, subject: renderSubject(finding.about) })

/** Neither what was done, nor what that does elsewhere, nor what is true of whoever is cut off. */
const isStranger = (one: Named, expected: readonly Named[]): boolean =>
  !consequences.has(one.mode) &&
  !expected.some((each) => isSame(each, one) || (spreading.has(each.mode) && each.mode === one.mode))

const isSame = (a: Named, b: Named): boolean => a.mode === b.mode && a.subject === b.subject

/**
 * As a cause; or named below the cause that may be all that is wrong there; or as a wrong state whose harm the other's hides; or
 * not to be judged there.
 */
function isSeen({ causes, preventive, unknown }: Diagnosis, expected: Named): boolean {
  const found = [...causes.flatMap((cause) => [cause, ...cause.rivals]), ...preventive].map(nameOf)
  const open = unknown.map((one) => ({ mode: one.mode, subject: renderSubject(one.about) }))
  return [...found, ...open].some((one) => isSame(one, expected))
}
