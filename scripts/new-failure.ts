/**
 * `npm run new-failure NAME`: writes the folder of a new failure mode and the generated lists. What it writes compiles, finds
 * nothing, and fails its page's test until the page is written.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pageSections } from '#failures/page-sections.ts'
import { generatedFiles } from './generate.ts'

const root = join(import.meta.dirname, '..')

function main(name: string | undefined): number {
  if (name === undefined || !/^[a-z][a-z0-9]*(-[a-z0-9]+)+$/.test(name)) {
    console.error('error: a failure mode is named by its cause, in kebab-case')
    console.error('hint: npm run new-failure typha-port-5473-blocked')
    return 2
  }
  const folder = join(root, 'src/failures', name)
  if (existsSync(folder)) {
    console.error(`error: src/failures/${name} exists`)
    return 2
  }
  write(
    Object.fromEntries(
      Object.entries(filesOf(name)).map(([file, text]) => [`src/failures/${name}/${file}`, text]),
    ),
  )
  write(generatedFiles())
  console.log(`src/failures/${name}: index.ts, detect.ts, detect.test.ts, README.md`)
  console.log(
    'next: the page, then near misses in detect.test.ts, then the detector; CONTRIBUTING.md has the rules',
  )
  return 0
}

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

const filesOf = (name: string): Readonly<Record<string, string>> => ({
  'index.ts': `import type { Mode } from '#diagnosis/types.ts'
import { detector } from '#failures/${name}/detect.ts'

export const mode: Mode<unknown> = {
  id: '${name}',
  title: '${name.replaceAll('-', ' ')}',
  owner: 'cluster',
  maturity: 'evidence-only',
  detector,
  symptoms: [],
  traffic: '',
  prevent: [],
  questions: () => [],
}
`,
  'detect.ts': `import { defineDetector } from '#diagnosis/define-detector.ts'

/** Finds … */
export const detector = defineDetector<unknown, 'nodes'>({
  needs: ['nodes'],
  uses: [],
  judges: 'cluster',
  detect: () => [],
  explains: () => false,
})
`,
  'detect.test.ts': `import { describe, expect, test } from 'vitest'
import { factsBuilder } from '#cluster/facts-builder.ts'
import { diagnose } from '#diagnosis/diagnose.ts'
import { mode } from '#failures/${name}/index.ts'

describe('${name}', () => {
  test('nothing was read: unknown, not clear', () => {
    const facts = factsBuilder({ unread: 'not-asked' }).freeze({ observedAtMs: 0 })
    const { causes, clear } = diagnose(facts, [mode])
    expect(causes).toEqual([])
    expect(clear).toEqual([])
  })
})
`,
  'README.md': `# ${name}\n\n${pageSections.map((heading) => `## ${heading}\n`).join('\n')}`,
})

process.exitCode = main(process.argv[2])
