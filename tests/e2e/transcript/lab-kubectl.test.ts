/** The lab's own kubectl against what the newer real one said to a lab of the same kind, command by command. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { labKubectl } from '#lab/kubectl/lab-kubectl.ts'
import { Lab } from '#lab/lab.ts'
import { words } from '../cli.ts'
import { entry, goldenEntries, sections } from './transcript.ts'

const minor = 32
const golden = join(import.meta.dirname, 'golden', `1.${minor}`)
const folder = join(import.meta.dirname, 'files')
const files = Object.fromEntries(
  readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
)

/** Commands that it answers otherwise, by their names, with the reasons. */
const otherwise = new Map(
  readFileSync(join(import.meta.dirname, 'lab-kubectl.txt'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(': ') + 2)]),
)

const bare = (written: string): string => written.replaceAll(/[ \t]+$/gm, '').trimEnd()

describe("the lab's own kubectl says what the real one says", () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await Lab.boot({ seed: 'transcript' })
  }, 60_000)
  afterAll(() => lab.shutdown())

  test.each(sections())(
    '$name',
    async ({ name, commands }) => {
      const written = goldenEntries(golden, name)
      const wrong: string[] = []
      const stale: string[] = []
      for (const command of commands.filter(({ only }) => only === undefined || only === minor)) {
        const said = bare(entry(command, await labKubectl(lab, words(command.typed), { files })))
        const same = said === bare(written.get(command.id) ?? '')
        if (otherwise.has(command.id) ? same : !same) (same ? stale : wrong).push(said)
      }
      expect(wrong, 'differs from the real kubectl').toEqual([])
      expect(stale, 'is the same by now: take it off lab-kubectl.txt').toEqual([])
    },
    60_000,
  )

  test('every exception is about a command that there is', () => {
    const known = sections().flatMap(({ commands }) => commands.map(({ id }) => id))
    expect([...otherwise.keys()].filter((id) => !known.includes(id))).toEqual([])
  })

  test('what it did is in the history: a fork has been through the same', async () => {
    const fork = await lab.fork()
    expect(fork.api.state.store.revision).toBe(lab.api.state.store.revision)
    await fork.shutdown()
  }, 60_000)
})
