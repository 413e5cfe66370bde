import { describe, expect, test } from 'vitest'
import { remedies } from '#failures/generated/repairs.ts'
import { Lab } from '#lab/lab.ts'
import { memoryJournal } from '#repair/journal.ts'
import { diagnosed, repaired, undone } from '../support/lab-cluster.ts'
import { stateOfLab } from '../support/lab-state.ts'
import { broken, cases, nodeOf } from './cases.ts'

const mended = cases.filter(({ id }) => remedies[id] !== undefined)
const firstOfEach = mended.filter(
  ({ id, variant }, index) =>
    mended.findIndex((each) => each.id === id && each.variant === variant) === index,
)

describe('law 3: the plan mends, and leaves what it says it leaves', () => {
  test.each(mended)('$id ($variant) in $flavour, seed $seed', async (each) => {
    const lab = await broken(each)
    const twin = await Lab.boot({ seed: each.seed, flavour: each.flavour, ...each.fault.lab })
    const { outcome, says } = await repaired(lab)
    expect(says).toContain('cause-gone=true')
    expect(outcome).toBe('mended')
    await lab.advance(180_000)
    const { diagnosis } = await diagnosed(lab)
    expect(diagnosis.causes).toEqual([])
    expect(diagnosis.unexplained).toEqual([])
    await twin.advance(lab.nowMs - twin.nowMs)

    const [after, never] = [await stateOfLab(lab), await stateOfLab(twin)]
    const differing = Object.keys({ ...after, ...never }).filter((key) => after[key] !== never[key])
    const names = differing.filter((key) => !allowed.some((pattern) => pattern.test(key)))
    expect(names).toEqual([])
    await Promise.all([lab.shutdown(), twin.shutdown()])
  })

  /** Plans say what they keep and leave; here it is as files: our own file, and the packages' files on every node. */
  const allowed = [/:\/etc\/tmpfiles\.d\//, /:\/var\/lib\/os-update\//]

  test.each(firstOfEach)('$id ($variant): a repeated repair finds nothing to do', async (each) => {
    const lab = await broken(each)
    await repaired(lab)
    await lab.advance(120_000)
    expect((await repaired(lab)).outcome).toBe('no plan')
    await lab.shutdown()
  })

  test.each(firstOfEach)('$id ($variant): undone, and booted once more, the fault is back', async (each) => {
    const lab = await broken(each)
    const journal = memoryJournal()
    await repaired(lab, journal)
    expect(await undone(lab, journal)).toBe('undone')
    await lab.reboot(nodeOf(lab))
    await lab.advance(each.fault.settleMs(each.variant))
    const { diagnosis } = await diagnosed(lab)
    expect(diagnosis.causes.map(({ mode }) => mode.id)).toEqual([each.id])
    await lab.shutdown()
  })
})
