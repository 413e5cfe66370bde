import { expect, test } from 'vitest'
import { flavours } from '#lab/flavours/names.ts'
import { Lab } from '#lab/lab.ts'

const minutes = 60_000

test.each(flavours)('%s: a worker that lost its power comes back', async (flavour) => {
  const lab = await Lab.boot({ seed: 'power', flavour, nodes: 4 })
  const worker = lab.nodes[2] ?? ''
  const boot = async (): Promise<string> =>
    (await lab.run(worker, ['cat', '/proc/sys/kernel/random/boot_id'])).stdout
  const before = await boot()
  await lab.reboot(worker, { powerCut: true })
  await lab.advance(5 * minutes)
  expect(await boot()).not.toBe(before)
  await lab.untilWell(minutes)
  await lab.shutdown()
})

test('a cable that was out before stays out', async () => {
  const lab = await Lab.boot({ seed: 'power', flavour: 'iks-classic', nodes: 4 })
  const machine = lab.nodes[2] ?? ''
  await lab.changeUnderlay({ op: 'port', machine, link: 'eth1', up: false })
  await lab.reboot(machine, { powerCut: true })
  const ups = lab.underlay.links(machine).map((link) => [link, lab.underlay.port(machine, link).up])
  expect(ups).toEqual([
    ['eth0', true],
    ['eth1', false],
  ])
  await lab.shutdown()
})
