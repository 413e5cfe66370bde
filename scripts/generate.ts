/**
 * Writes the lists of what `src/failures/` holds: detectors, repairs, faults. Three lists, because each is loaded only
 * where it is needed: `diagnose` never loads a repair's or the lab's code. A test checks that they are current.
 */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const failures = join(root, 'src/failures')

/** The text of every generated file, by its path from the project's root. */
export function generatedFiles(): Readonly<Record<string, string>> {
  const all = modesWith('index.ts')
  return {
    'src/failures/generated/detectors.ts': detectors(all),
    'src/failures/generated/repairs.ts': repairs(modesWith('repair.ts')),
    'src/failures/generated/faults.ts': faults(modesWith('fault.ts')),
  }
}

const modesWith = (part: string): readonly string[] =>
  readdirSync(failures, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(failures, entry.name, part)))
    .map((entry) => entry.name)
    .sort()

const head = '// Written by `npm run generate`. Do not edit.\n'

const detectors = (ids: readonly string[]): string => `${head}import type { Mode } from '#diagnosis/types.ts'
${ids.map((id) => `import { mode as ${camelCase(id)} } from '#failures/${id}/index.ts'\n`).join('')}
/** Every failure mode that the engine can tell. */
${array('export const modes: readonly Mode[] = ', ids.map(camelCase))}
`

const repairs = (ids: readonly string[]): string => `${head}${ids
  .map((id) => `import { remedy as ${camelCase(id)} } from '#failures/${id}/repair.ts'\n`)
  .join('')}import type { Remedies } from '#repair/types.ts'

/** The repairs, by mode. A mode without one is somebody else's to mend. */
export const remedies: Remedies = {${list(ids.map((id) => `'${id}': ${camelCase(id)}`))}}
`

const faults = (ids: readonly string[]): string => `${head}import type { Fault } from '#lab/fault.ts'

/** How the lab breaks, by mode; each is loaded when it is asked for. */
export const faults: Readonly<Record<string, () => Promise<Fault>>> = {${list(ids.map(faultEntry))}}
`

function faultEntry(id: string): string {
  const [name, load] = [`'${id}': async () =>`, `(await import('#failures/${id}/fault.ts')).fault`]
  const line = `${name} ${load}`
  return line.length <= lineMax - 3 ? line : `${name}\n    ${load}` // two blanks before it, a comma behind
}

const lineMax = 110

/** On one line where the formatter would have it so. */
function array(before: string, items: readonly string[]): string {
  const line = `${before}[${items.join(', ')}]`
  return line.length <= lineMax ? line : `${before}[${list(items)}]`
}

/** One item a line. */
const list = (items: readonly string[]): string =>
  items.length === 0 ? '' : `\n${items.map((item) => `  ${item},\n`).join('')}`

const camelCase = (id: string): string => id.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())

/** The index of pages, by its path: made of the modes themselves, so only when their list is current. */
export async function generatedDocs(): Promise<Readonly<Record<string, string>>> {
  const [{ modes }, { failureIndex }] = await Promise.all([
    import('#failures/generated/detectors.ts'),
    import('./failure-index.ts'),
  ])
  return { 'docs/failures/README.md': failureIndex(modes) }
}

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  write(generatedFiles())
  write(await generatedDocs())
}
