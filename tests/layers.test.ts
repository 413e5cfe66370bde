import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { init, parse } from 'es-module-lexer'
import { beforeAll, describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')

/** Which layers each layer may import, and why it may not import the others. The map is drawn in docs/architecture.md. */
const layers: Record<string, { readonly may: readonly string[]; readonly because: string }> = {
  base: { may: [], because: 'base is what everything else stands on' },
  cluster: { may: ['base'], because: 'what a cluster looks like does not depend on who judges it' },
  diagnosis: {
    may: ['base', 'cluster'],
    because: 'the engine is pure: facts in, causes out; modes are handed to it',
  },
  repair: {
    may: ['base', 'cluster', 'diagnosis'],
    because: 'a plan is data; what acts is handed in as a port',
  },
  lab: {
    may: ['base', 'cluster'],
    because: 'no component of the lab may know a failure mode, a detector or a repair',
  },
  failures: {
    may: ['base', 'cluster', 'diagnosis', 'repair', 'lab'],
    because: 'a failure mode joins the engines and knows nothing of files, networks or terminals',
  },
  drill: {
    may: ['base', 'cluster', 'diagnosis', 'repair', 'lab'],
    because: 'a drill is played on a lab by the engines; faults and the terminal are handed in',
  },
  sources: { may: ['base', 'cluster'], because: 'reading makes facts and leaves the judging to the engine' },
  hands: {
    may: ['base', 'cluster', 'diagnosis', 'repair', 'sources'],
    because: 'hands carry out steps; they do not decide',
  },
  app: {
    may: ['base', 'cluster', 'diagnosis', 'repair', 'lab', 'failures', 'drill', 'sources', 'hands', 'report'],
    because: 'a use case joins the engines and prints nothing',
  },
  report: {
    may: ['base', 'cluster', 'diagnosis', 'repair', 'drill'],
    because: 'a report is a pure function of a finished result',
  },
  cli: {
    may: [
      'base',
      'cluster',
      'diagnosis',
      'repair',
      'lab',
      'failures',
      'drill',
      'app',
      'report',
      'sources',
      'hands',
    ],
    because: 'the shell is thin',
  },
}

const files = globSync('src/**/*.ts', { cwd: root })
  .map((file) => file.replaceAll('\\', '/'))
  .sort()
const layerOf = (file: string): string => file.split('/')[1] ?? ''
const isTest = (file: string): boolean => /\.test\.ts$|\/testing\//.test(file)

beforeAll(() => init)

describe('imports point down', () => {
  test('every folder of src is a layer of the map', () => {
    expect([...new Set(files.map(layerOf))].filter((layer) => !(layer in layers))).toEqual([])
  })

  test('from every file', () => {
    const wrong = files
      .filter((file) => !isTest(file))
      .flatMap((file) =>
        importsOf(file).flatMap((specifier) => {
          const layer = layerOf(file)
          const target = /^#([a-z]+)\//.exec(specifier)?.[1]
          if (target === undefined || target === layer || layers[layer]?.may.includes(target)) return []
          return [`${file} may not import ${specifier}: ${layers[layer]?.because}`]
        }),
      )
    expect(wrong).toEqual([])
  })

  test.each(['diagnose', 'text', 'live'])('%s never loads the lab', (name) => {
    const entry = {
      diagnose: 'src/app/diagnose.ts',
      text: 'src/sources/text/index.ts',
      live: 'src/sources/live/index.ts',
    }[name]
    const lab = [...reachable(entry as string)].filter((file) => file.startsWith('src/lab/'))
    expect(lab).toEqual([])
  })
})

test('imports say where a file is: no climbing', () => {
  const climbing = files.flatMap((file) =>
    importsOf(file)
      .filter((specifier) => specifier.startsWith('../') && specifier.includes('/src/') === false)
      .map((specifier) => `${file}: ${specifier}; name the layer instead, as in #lab/host/vfs.ts`),
  )
  expect(climbing).toEqual([])
})

function importsOf(file: string): string[] {
  return parsed(file).flatMap(({ specifier }) => (typeof specifier === 'string' ? [specifier] : []))
}

const parsed = (file: string) => parse(readFileSync(join(root, file), 'utf8'), file)[0]

/** Files that are loaded with `entry`, by its static imports. */
function reachable(entry: string, seen = new Set<string>()): Set<string> {
  if (seen.has(entry)) return seen
  seen.add(entry)
  for (const each of parsed(entry)) {
    // A dynamic import loads when it is needed; types load nothing.
    if (each.type !== 'static' && each.type !== 'reexport-star') continue
    if (each.typeOnly) continue
    const { specifier } = each
    if (specifier.startsWith('#')) reachable(specifier.replace(/^#/, 'src/'), seen)
    else if (specifier.startsWith('./')) reachable(join(entry, '..', specifier).replaceAll('\\', '/'), seen)
  }
  return seen
}
