/**
 * Writes `src/lab/api/types/generated/calico-rules.ts`: the expressions in Calico's CustomResourceDefinitions (`x-kubernetes-validations`),
 * for a release that has more of them than the release of which the definitions themselves are.
 *
 *     node scripts/calico-rules.ts <folder> <version>
 *
 * The folder is projectcalico/calico:libcalico-go/config/crd of that version.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

const [folder, version] = process.argv.slice(2)
if (folder === undefined || version === undefined)
  throw new Error('usage: node scripts/calico-rules.ts <folder> <version>')

type Placed = readonly [path: readonly string[], rules: unknown]

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function placed(schema: unknown, path: readonly string[]): Placed[] {
  if (!isObject(schema)) return []
  const own = schema['x-kubernetes-validations']
  const { properties, items, additionalProperties } = schema
  return [
    ...(own === undefined ? [] : [[path, own] as const]),
    ...Object.entries(isObject(properties) ? properties : {}).flatMap(([name, inner]) =>
      placed(inner, [...path, 'properties', name]),
    ),
    ...placed(items, [...path, 'items']),
    ...placed(additionalProperties, [...path, 'additionalProperties']),
  ]
}

interface Definition {
  readonly metadata: { readonly name: string }
  readonly spec: { readonly versions: readonly [{ readonly schema: { readonly openAPIV3Schema: unknown } }] }
}

const lines = readdirSync(folder)
  .filter(
    (name) => name.endsWith('.yaml') && name.includes('crd.projectcalico.org_') && !name.includes('_staged'),
  )
  .sort()
  .flatMap((name) => {
    const { metadata, spec } = parse(readFileSync(join(folder, name), 'utf8')) as Definition
    return placed(spec.versions[0].schema.openAPIV3Schema, []).map((each) =>
      JSON.stringify([metadata.name, ...each]),
    )
  })
if (lines.some((line) => /[`\\]|\$\{/.test(line))) throw new Error('a rule cannot be written as a plain text')

writeFileSync(
  join(import.meta.dirname, '../src/lab/api/types/generated/calico-rules.ts'),
  `/** Written by scripts/calico-rules.ts from projectcalico/calico:libcalico-go/config/crd of ${version}. Do not edit. */
export const calicoRuleLines = \`
${lines.join('\n')}
\`
`,
)
console.log(`${lines.length} places with rules`)
