/**
 * Writes `src/lab/api/types/generated/calico-crds.ts`: Calico's CustomResourceDefinitions without their descriptions.
 *
 *     node scripts/calico-crds.ts <folder> <version>
 *
 * The folder is projectcalico/calico:libcalico-go/config/crd of that version.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

const [folder, version] = process.argv.slice(2)
if (folder === undefined || version === undefined)
  throw new Error('usage: node scripts/calico-crds.ts <folder> <version>')

function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => !(key === 'description' && typeof item === 'string'))
      .map(([key, item]) => [key, bare(item)]),
  )
}

const lines = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .sort()
  .map((name) => {
    const { metadata, spec } = parse(readFileSync(join(folder, name), 'utf8')) as Record<string, object>
    return JSON.stringify({ metadata: { ...metadata, creationTimestamp: undefined }, spec: bare(spec) })
  })
if (lines.some((line) => /`|\$\{/.test(line))) throw new Error('a definition cannot be written as a raw text')

const output = join(import.meta.dirname, '../src/lab/api/types/generated')
mkdirSync(output, { recursive: true })
writeFileSync(
  join(output, 'calico-crds.ts'),
  `/** Written by scripts/calico-crds.ts from projectcalico/calico:libcalico-go/config/crd of ${version}. Do not edit. */
export const calicoCrdLines = String.raw\`
${lines.join('\n')}
\`
`,
)
console.log(`${lines.length} definitions`)
