import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import type { Io } from '#cli/io.ts'
import { programOf } from '#cli/run.ts'
import { encapsulations } from '#lab/encapsulation.ts'
import { flavours, usualVersions } from '#lab/flavours/names.ts'

const root = join(import.meta.dirname, '..')
const page = readFileSync(join(root, 'docs/lab.md'), 'utf8')

/** A heading's text with all that is under it. */
const section = (title: string): string => {
  const [, after = ''] = page.split(`\n## ${title}\n`)
  return after.split('\n## ')[0] ?? ''
}

// A cast: to be asked which commands there are, the program needs no terminal.
const program = programOf({ stdout: {}, stderr: {}, env: {} } as unknown as Io, () => {})
const lab = program.commands.find((each) => each.name() === 'lab') as Command
const flagsOf = (command: Command): string[] => command.options.flatMap(({ long }) => long ?? [])
const labFlags = new Set(lab.commands.flatMap(flagsOf))
/** Of code, in which alone commands stand. */
const code = [...page.matchAll(/`([^`\n]+)`|^ {4}\$ (.+)$/gm)].map(([, span, line]) => span ?? line ?? '')

describe('every command that the page names exists, and every one that exists is named', () => {
  const named = new Set(code.flatMap((text) => /^(?:ninelives )?lab ([a-z]+)/.exec(text)?.[1] ?? []))

  test('subcommands', () => {
    expect([...named].sort()).toEqual(lab.commands.map((each) => each.name()).sort())
  })

  test('flags of lab', () => {
    const own = code
      .filter((text) => /^(ninelives lab |lab |--)/.test(text))
      .map((text) => text.split(' -- ')[0] ?? '')
    const flags = new Set(own.flatMap((text) => text.match(/--[a-z][a-z-]*/g) ?? []))
    const elsewhere = new Set(program.commands.flatMap(flagsOf))
    expect([...flags].filter((flag) => !labFlags.has(flag) && !elsewhere.has(flag))).toEqual([])
    expect([...labFlags].filter((flag) => !flags.has(flag))).toEqual([])
  })
})

describe('flavours', () => {
  const rows = new Map(
    [...section('Flavours').matchAll(/^\| `([^`]+)` \| (.*) \|$/gm)].map(([, name = '', says = '']) => [
      name,
      says,
    ]),
  )

  test('all, and no other', () => {
    expect([...rows.keys()].sort()).toEqual([...flavours].sort())
  })

  test.each(['plain', 'iks-classic', 'iks-vpc', 'roks'] as const)('%s with its versions', (name) => {
    const { kubernetes, calico } = usualVersions[name]
    expect(rows.get(name)).toContain(kubernetes)
    expect(rows.get(name)).toContain(calico)
  })

  test('every encapsulation is named', () => {
    for (const each of encapsulations) expect(section('Commands')).toContain(`\`${each}\``)
  })
})

describe('what is not imitated', () => {
  const parts = new Set(
    globSync('src/lab/*/**/*.ts', { cwd: root })
      .filter((file) => readFileSync(join(root, file), 'utf8').includes('Not imitated'))
      .map((file) => file.replaceAll('\\', '/').split('/').slice(0, 3).join('/')),
  )

  test.each([...parts])('%s has its place on the page', (part) => {
    expect(section('What the lab does not imitate')).toContain(`](../${part})`)
  })

  test('every link leads somewhere', () => {
    const targets = [...page.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target)
    expect(targets.filter((target) => !existsSync(join(root, 'docs', target)))).toEqual([])
  })
})
