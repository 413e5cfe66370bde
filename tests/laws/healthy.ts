import { describe, expect, test } from 'vitest'
import type { Flavour } from '#lab/flavours/names.ts'
import { Lab } from '#lab/lab.ts'
import type { LabOptions } from '#lab/options.ts'
import { diagnosed } from '../support/lab-cluster.ts'

/** Law 2. */
export function healthyLabHasNoCause(
  flavour: Flavour,
  { kubernetes }: Pick<LabOptions, 'kubernetes'> = {},
): void {
  describe('law 2: a healthy lab has no cause', () => {
    test(`${flavour}${kubernetes === undefined ? '' : ` with Kubernetes ${kubernetes}`} at boot, after 25 hours, and after the reboot of each node`, async () => {
      const lab = await Lab.boot({ seed: 'healthy', flavour, ...(kubernetes && { kubernetes }) })
      const nothing = async (when: string): Promise<void> => {
        const { diagnosis } = await diagnosed(lab)
        expect(diagnosis.causes, when).toEqual([])
        expect(diagnosis.preventive, when).toEqual([])
        expect(diagnosis.unexplained, when).toEqual([])
        expect(diagnosis.verdict, when).toBe('healthy')
      }
      await nothing('at boot')
      await lab.advance(25 * 3_600_000)
      await nothing('after 25 hours')
      for (const each of lab.nodes) {
        await lab.reboot(each)
        await lab.untilWell(600_000)
        await lab.advance(120_000)
        await nothing(`after a reboot of ${each}`)
      }
      await lab.shutdown()
    }, 600_000)
  })
}
