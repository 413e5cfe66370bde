import { beforeEach, describe, expect, test } from 'vitest'
import { root } from '#lab/host/credentials.ts'
import type { LabMachine } from '#lab/host/machine.ts'
import { baseOs, hostPrograms } from '#lab/host/os.ts'
import type { Files, Process, Program } from '#lab/host/ports.ts'
import { Look } from '#lab/host/process/look.ts'
import { testMachine } from '#lab/host/testing.ts'

let looker: Process
let files: Files
let machine: LabMachine

const looking: Program = async (p) => {
  looker = p
  await p.task.wait<void>(() => undefined)
  return 0
}

beforeEach(async () => {
  const bed = await testMachine({
    tree: [
      ...baseOs({ hostname: 'host' }),
      { path: '/bin/looking', kind: 'file', mode: 0o755, program: 'looking' },
    ],
    programs: { ...hostPrograms, looking },
  })
  machine = bed.machine
  await machine.start(['/bin/looking'], { as: root })
  await bed.advance(1)
  files = machine.files
  await files.mkdir('/var/tokens', { parents: true, apart: true })
  await files.write('/var/tokens/a', 'one')
})

describe('what was found out without the files that are counted apart', () => {
  test('stands when one of them changes, and rests undisturbed', async () => {
    const look = new Look(looker).over()
    expect(look.place).toBe(machine)
    await files.write('/var/tokens/a', 'two')
    await files.mkdir('/var/tokens/new')
    await files.write('/var/tokens/new/b', 'one')
    await files.chmod('/var/tokens/new/b', 0o600)
    expect(look.stands).toBe(true)
  })

  test('falls with any other file', async () => {
    const look = new Look(looker).over()
    await files.write('/etc/motd', 'another')
    expect(look.stands).toBe(false)
  })

  test('falls with one that was moved away, or that has a second name elsewhere', async () => {
    await files.write('/var/tokens/b', 'one')
    await files.rename('/var/tokens/a', '/etc/motd')
    const moved = new Look(looker).over()
    await files.write('/etc/motd', 'two')
    expect(moved.stands).toBe(false)
    await files.rename('/var/tokens', '/etc/tokens')
    const elsewhere = new Look(looker).over()
    await files.write('/etc/tokens/b', 'two')
    expect(elsewhere.stands).toBe(false)
  })
})

describe('what was found out while a path led to one of them', () => {
  test('falls with every file, and rests where it hears of all', async () => {
    const look = new Look(looker)
    expect(await files.read('/var/tokens/a')).toBe('one')
    look.over()
    expect(look.place).toBe(machine.apart)
    await files.write('/var/tokens/a', 'two')
    expect(look.stands).toBe(false)
  })

  test('through a link, or where nothing is yet', async () => {
    await files.symlink('/var/tokens/a', '/etc/link')
    for (const path of ['/etc/link', '/var/tokens/missing', '/var/tokens/../motd']) {
      const look = new Look(looker)
      await files.exists(path)
      expect(look.over().place, path).toBe(machine.apart)
    }
  })

  test('what is not over yet depends on all of them', async () => {
    const look = new Look(looker)
    await files.write('/var/tokens/a', 'two')
    expect(look.stands).toBe(false)
  })
})
