import { describe, expect, test } from 'vitest'
import { withoutRelation } from '#cluster/facts-builder.ts'
import { renderSubject } from '#cluster/subjects.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { modes } from '#failures/generated/detectors.ts'
import type { Lab } from '#lab/lab.ts'
import { diagnosed, factsOf } from '../support/lab-cluster.ts'
import { type Case, struck, where } from './cases.ts'

/**
 * Laws 1 and 4 over the same broken labs, that whoever has a kubeconfig and no more is sure of nothing that is not so, and that a
 * fault's own undo leads back to a healthy lab: by waiting, or else by a reboot of every node.
 */
export function lawsOfFaults(cases: readonly Case[]): void {
  describe('a fault is found, alone, on exactly the right subjects; what is hidden never makes it clear, and nothing else sure; undone, all is well', () => {
    test.each(cases)('$id ($variant) in $flavour, seed $seed', async (each) => {
      const { lab, undo } = await struck(each)
      await expectFoundAlone(lab, each)
      await expectNeverClear(lab, each)
      await expectNothingWrongConfirmed(lab, each)
      await undo()
      await expectWellAgain(lab)
      await lab.shutdown()
    })
  })
}

async function expectWellAgain(lab: Lab): Promise<void> {
  try {
    await lab.untilWell(10 * minute)
  } catch {
    for (const node of lab.nodes) await lab.reboot(node, { powerCut: !lab.machine(node).up })
    await lab.untilWell(10 * minute)
  }
  await lab.advance(35 * minute) // what flapped is remembered for a while
  const { diagnosis } = await diagnosed(lab)
  expect(diagnosis.causes.map(({ mode }) => mode.id)).toEqual([])
}

const minute = 60_000

async function expectFoundAlone(lab: Lab, each: Case): Promise<void> {
  const { diagnosis } = await diagnosed(lab)
  expect({
    causes: diagnosis.causes
      .map(({ mode, finding }) => `${mode.id} ${renderSubject(finding.about)}`)
      .toSorted(),
    unexplained: diagnosis.unexplained.map(({ id, about, says }) => `${id} ${renderSubject(about)}: ${says}`),
    verdict: diagnosis.verdict,
  }).toEqual({
    causes: where(lab, each)
      .map((subject) => `${each.id} ${subject}`)
      .toSorted(),
    unexplained: [],
    verdict: 'broken',
  })
}

/** Without a shell on the nodes less is seen, and what is only likely may be something else. */
async function expectNothingWrongConfirmed(lab: Lab, each: Case): Promise<void> {
  const { diagnosis } = await diagnosed(lab, { kubeconfigOnly: true })
  const right = where(lab, each).map((subject) => `${each.id} ${subject}`)
  const confirmed = diagnosis.causes
    .filter(({ confidence }) => confidence === 'confirmed')
    .map(({ mode, finding }) => `${mode.id} ${renderSubject(finding.about)}`)
  expect(
    confirmed.filter((one) => !right.includes(one)),
    'through a kubeconfig alone',
  ).toEqual([])
}

async function expectNeverClear(lab: Lab, each: Case): Promise<void> {
  const facts = await factsOf(lab)
  const mode = modes.find(({ id }) => id === each.id)
  expect(mode).toBeDefined()
  for (const need of mode?.detector.needs ?? []) {
    const { clear } = diagnose(withoutRelation(facts, need), modes)
    const wrong = clear.filter(
      (judged) => judged.mode === each.id && where(lab, each).includes(renderSubject(judged.about)),
    )
    expect(wrong, `without ${need}`).toEqual([])
  }
}
