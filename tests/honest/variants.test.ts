import { describe, expect, onTestFinished, test } from 'vitest'
import { fault } from '#failures/runtime-dir-permissions/fault.ts'
import { Lab } from '#lab/lab.ts'
import { Engineer } from '../support/engineer.ts'

const node = 'k8s-worker-03'
const minute = 60_000

/** What the folder is after the boot, and what each remedy of the moment makes of it. */
const table: readonly {
  readonly variant: string
  readonly made: string
  readonly remedy: string
  readonly left: string
  readonly cures: boolean
}[] = [
  { variant: 'mode', made: '600 10001:0', remedy: 'chmod 755 /run/calico', left: '755 10001:0', cures: true },
  {
    variant: 'mode',
    made: '600 10001:0',
    remedy: 'chown 10001:0 /run/calico',
    left: '600 10001:0',
    cures: false,
  },
  { variant: 'owner', made: '700 0:0', remedy: 'chmod 755 /run/calico', left: '755 0:0', cures: false },
  {
    variant: 'owner',
    made: '700 0:0',
    remedy: 'chown 10001:0 /run/calico',
    left: '700 10001:0',
    cures: true,
  },
  { variant: 'missing', made: '755 0:0', remedy: 'chmod 755 /run/calico', left: '755 0:0', cures: false },
  {
    variant: 'missing',
    made: '755 0:0',
    remedy: 'chown 10001:0 /run/calico',
    left: '755 10001:0',
    cures: true,
  },
]

async function struck(variant: string): Promise<Engineer> {
  const lab = await Lab.boot({ seed: 'variants', flavour: 'hardened' })
  onTestFinished(() => lab.shutdown())
  await fault.change(lab, { node, variant })
  await fault.trigger(lab, { node, variant })
  await lab.advance(fault.settleMs(variant))
  return new Engineer(lab)
}

const folder = (engineer: Engineer): Promise<string> =>
  engineer.shown(node, 'stat -c "%a %u:%g" /run/calico').then((text) => text.trim())

async function works(engineer: Engineer): Promise<boolean> {
  const ready = (await engineer.calicoNodeLine(node))?.ready === '1/1'
  expect(await engineer.curl('k8s-worker-01', node)).toBe(ready ? 0 : 28)
  return ready
}

describe.each(table)('$variant: $remedy', ({ variant, made, remedy, left, cures }) => {
  test(cures ? 'cures until the next boot' : 'does not cure', async () => {
    const engineer = await struck(variant)
    expect(await folder(engineer)).toBe(made)
    expect(await works(engineer)).toBe(false)

    await engineer.shown(node, remedy)
    await engineer.deletePod('kube-system', await engineer.calicoNode(node))
    await engineer.lab.advance(2 * minute)
    expect(await folder(engineer)).toBe(left)
    expect(await works(engineer)).toBe(cures)

    await engineer.reboot(node)
    await engineer.lab.advance(3 * minute)
    expect(await folder(engineer)).toBe(made)
    expect(await works(engineer)).toBe(false)
  })
})

test('a reboot alone cures none of them', async () => {
  for (const variant of Object.keys(fault.variants)) {
    const engineer = await struck(variant)
    await engineer.reboot(node)
    await engineer.lab.advance(3 * minute)
    expect(await works(engineer), variant).toBe(false)
  }
})

test.each(Object.keys(fault.variants))('%s: the same change harms no stock install', async (variant) => {
  const lab = await Lab.boot({ seed: 'variants', flavour: 'plain' })
  onTestFinished(() => lab.shutdown())
  await fault.change(lab, { node, variant })
  await fault.trigger(lab, { node, variant })
  await lab.advance(fault.settleMs(variant))
  expect(await works(new Engineer(lab))).toBe(true)
})
