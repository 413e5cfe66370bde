/**
 * Writes `src/lab/api/types/generated/calico-crds.ts` and `calico-crd-changes.ts`: Calico's CustomResourceDefinitions without their
 * descriptions, of one release, and what other releases have otherwise.
 *
 *     node scripts/calico-crds.ts <folder>
 *
 * In the folder lies one for each release, named by its tag: projectcalico/calico:libcalico-go/config/crd of it. The definitions
 * are those of 3.29; each other release, one a minor, is told by how it differs from its neighbour on that side.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { parse } from 'yaml'

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('usage: node scripts/calico-crds.ts <folder>')

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => !(key === 'description' && typeof item === 'string'))
      .map(([key, item]) => [key, bare(item)]),
  )
}

/** Name → definition, of one release. */
const definitionsOf = (release: string): ReadonlyMap<string, Json> =>
  new Map(
    readdirSync(join(folder, release))
      .filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml')
      .sort()
      .map((name) => {
        const { metadata, spec } = parse(readFileSync(join(folder, release, name), 'utf8')) as {
          readonly metadata: Json & { readonly name: string }
          readonly spec: Json
        }
        const { creationTimestamp: _, ...kept } = metadata
        return [metadata.name, { metadata: kept, spec: bare(spec) }]
      }),
  )

/** Its versions by name: a merge patch knows no places in a list. */
function byVersion(definition: Json | undefined): Json | undefined {
  const spec = definition?.spec
  if (!isObject(spec) || !Array.isArray(spec.versions)) return definition
  const versions = Object.fromEntries(spec.versions.map((version: Json) => [version.name, version]))
  return { ...definition, spec: { ...spec, versions } }
}

/** As a JSON merge patch; undefined: they are the same. */
function change(from: unknown, to: unknown): unknown {
  if (isDeepStrictEqual(from, to)) return undefined
  if (!isObject(from) || !isObject(to)) return to
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])]
  return Object.fromEntries(
    names.flatMap((name) => {
      if (!(name in to)) return [[name, null]]
      const inner = change(from[name], to[name])
      return inner === undefined ? [] : [[name, inner]]
    }),
  )
}

const minorOf = (release: string): number => Number(release.split('.')[1])
const releases = readdirSync(folder).sort((a, b) => minorOf(a) - minorOf(b))
const baseMinor = 29
const base = releases.find((release) => minorOf(release) === baseMinor)
if (base === undefined) throw new Error(`there is no release of 3.${baseMinor}`)

const changes = releases
  .filter((release) => release !== base)
  .flatMap((release) => {
    const neighbour = minorOf(release) + (minorOf(release) < baseMinor ? 1 : -1)
    const from = definitionsOf(releases.find((other) => minorOf(other) === neighbour) ?? '')
    const to = definitionsOf(release)
    return [...new Set([...from.keys(), ...to.keys()])].flatMap((name) => {
      const changed = to.has(name) ? change(byVersion(from.get(name)), byVersion(to.get(name))) : null
      return changed === undefined ? [] : [JSON.stringify([minorOf(release), name, changed])]
    })
  })

const output = join(import.meta.dirname, '../src/lab/api/types/generated')

function write(file: string, name: string, of: string, lines: readonly string[]): void {
  if (lines.some((line) => /`|\$\{/.test(line)))
    throw new Error('a definition cannot be written as a raw text')
  mkdirSync(output, { recursive: true })
  writeFileSync(
    join(output, file),
    `/** Written by scripts/calico-crds.ts from projectcalico/calico:libcalico-go/config/crd of ${of}. Do not edit. */
export const ${name} = String.raw\`
${lines.join('\n')}
\`
`,
  )
  console.log(`${file}: ${lines.length} lines`)
}

const definitions = [...definitionsOf(base).values()].map((definition) => JSON.stringify(definition))
const others = releases.filter((release) => release !== base)
write('calico-crds.ts', 'calicoCrdLines', base, definitions)
write('calico-crd-changes.ts', 'calicoCrdChangeLines', others.join(', '), changes)
