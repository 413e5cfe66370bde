/**
 * What real kubectls, an old and a new one, say to a served plain lab, word for word. `npm run transcript` writes it down anew;
 * what has changed is then read, against real clusters' words, in the diff.
 */
import { type ExecFileOptions, execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { wallClock } from '#base/clock.ts'
import { faults } from '#cli/faults.ts'
import { type ServedLab, serveLab } from '#lab/serve/serve.ts'
import { LabStates } from '#lab/serve/state.ts'
import { kubectls } from '../../../scripts/kubectl.ts'
import { words } from '../cli.ts'
import { type Command, entry, type Outcome, type Section, sections } from './transcript.ts'

const minorOf = (version: string): number => Number(version.split('.')[1])
const goldens = (minor: number): string => join(import.meta.dirname, 'golden', `1.${minor}`)
const sideBySide = 3

const known = kubectls().filter(({ version }) => existsSync(goldens(minorOf(version))))

describe.each(known)('kubectl $version', ({ version, path }) => {
  const minor = minorOf(version)
  const folder = mkdtempSync(join(tmpdir(), 'ninelives-transcript-'))
  const states = new LabStates({ XDG_STATE_HOME: folder })
  let served: ServedLab

  beforeAll(async () => {
    served = await serveLab({
      name: 'transcript',
      nodes: 5,
      flavour: 'plain',
      seed: 'transcript',
      speed: 1,
      port: 0,
      states,
      faults,
      clock: wallClock,
      signal: new AbortController().signal,
    })
  }, 60_000)

  afterAll(async () => {
    await served?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  const said = async (command: Command): Promise<string> => {
    const env = {
      PATH: process.env['PATH'],
      HOME: folder,
      KUBECONFIG: states.kubeconfigOf('transcript'),
      TZ: 'UTC',
    }
    const cwd = join(import.meta.dirname, 'files')
    return entry(command, await typed(path, words(command.typed), { env, cwd, timeout: 30_000 }))
  }

  const transcript = async ({ name, commands }: Section): Promise<string> => {
    const mine = commands.filter(({ only }) => only === undefined || only === minor)
    // What only looks is asked side by side.
    const atOnce = /^[123]-/.test(name) ? sideBySide : 1
    const entries: string[] = []
    await Promise.all(
      Array.from({ length: atOnce }, async (_, first) => {
        for (let i = first; i < mine.length; i += atOnce) entries[i] = await said(mine[i] as Command) // i is below its length
      }),
    )
    return `${entries.join('\n\n')}\n`
  }

  test.each(sections())(
    '$name',
    async (section) => {
      await expect(await transcript(section)).toMatchFileSnapshot(join(goldens(minor), `${section.name}.txt`))
    },
    120_000,
  )
})

function typed(path: string, argv: readonly string[], o: ExecFileOptions): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(path, [...argv], { ...o, encoding: 'utf8' }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 128
      resolve({ code, stdout, stderr })
    })
  })
}

test('a kubectl with a transcript was found', () => {
  expect(known, 'scripts/kubectl.ts fetches one where there is apt-get').not.toEqual([])
})
