/**
 * Writes `src/lab/api/schema/generated/fields.ts`: which fields the types of Kubernetes' API have, with their types, their
 * numbers in protocol buffers, how their lists merge, and since which minor version they exist. Facts, read from Go sources.
 *
 *     node scripts/api-fields.ts <folder>
 *
 * The folder holds one folder for each minor version (`20` … `34`) with `api/` and `apimachinery/` (the modules k8s.io/api and
 * k8s.io/apimachinery of that version), and `extra/` with `apiextensions/v1` and `apiregistration/v1` (pkg/apis of
 * k8s.io/apiextensions-apiserver and k8s.io/kube-aggregator).
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const groups =
  'core/v1 apps/v1 batch/v1 autoscaling/v1 autoscaling/v2 policy/v1 rbac/v1 networking/v1 storage/v1 scheduling/v1 coordination/v1 discovery/v1 events/v1 node/v1 certificates/v1 authentication/v1 authorization/v1 admissionregistration/v1 flowcontrol/v1 apiextensions/v1 apiregistration/v1'.split(
    ' ',
  )

interface Field {
  readonly name: string
  readonly go: string
  readonly number: string
  readonly required: boolean
  readonly inline: boolean
  readonly marks: readonly string[]
  readonly patch: string
}

interface Struct {
  readonly fields: readonly Field[]
  readonly atomic: boolean
  readonly root: boolean
}

type Types = Map<string, Struct | string>

const scalars: Readonly<Record<string, string>> = {
  string: 's',
  bool: 'b',
  int: 'i',
  int32: 'i',
  int64: 'l',
  uint32: 'l',
  float64: 'f',
  byte: 'y',
  'resource.Quantity': 'q',
  'meta/v1.Time': 't',
  'meta/v1.MicroTime': 'm',
  'meta/v1.Duration': 'd',
  'meta/v1.FieldsV1': 'o',
  'intstr.IntOrString': 'x',
  'runtime.RawExtension': 'o',
  'apiextensions/v1.JSON': 'j',
  'types.UID': 's',
  'types.NodeName': 's',
}

/** JSON forms that their Go types do not show: a schema or a bool, a schema or a list of them, a schema or names. */
const odd: Readonly<Record<string, string>> = {
  'apiextensions/v1.JSONSchemaPropsOrBool': 'j',
  'apiextensions/v1.JSONSchemaPropsOrArray': 'j',
  'apiextensions/v1.JSONSchemaPropsOrStringArray': 'j',
}

const folder = process.argv[2]
if (folder === undefined) throw new Error('usage: node scripts/api-fields.ts <folder of Go sources>')

const minors = readdirSync(folder)
  .filter((name) => /^\d+$/.test(name))
  .map(Number)
  .sort((a, b) => a - b)
const versions = minors.map((minor) => ({ minor, types: typesOf(join(folder, String(minor))) }))
const newest = versions.at(-1)
if (newest === undefined) throw new Error(`no versions in ${folder}`)

function typesOf(version: string): Types {
  const types: Types = new Map()
  for (const group of groups) {
    const extra = group.startsWith('api') ? join(version, '../extra', group) : join(version, 'api', group)
    readPackage(extra, group, types)
  }
  readPackage(join(version, 'apimachinery/pkg/apis/meta/v1'), 'meta/v1', types)
  return types
}

function readPackage(path: string, name: string, types: Types): void {
  if (!existsSync(path)) return
  for (const file of readdirSync(path).filter((each) => /^types(_jsonschema)?\.go$/.test(each)))
    readFile(readFileSync(join(path, file), 'utf8'), name, types)
}

function readFile(text: string, own: string, types: Types): void {
  const imports = new Map<string, string>()
  for (const [, alias, path = ''] of text.matchAll(/^(?:import)?\s+(\w+ )?"(k8s\.io\/[^"]+)"$/gm)) {
    const last = path.split('/').at(-1) ?? ''
    const target = path.startsWith('k8s.io/api/')
      ? path.slice('k8s.io/api/'.length)
      : path.endsWith('apis/meta/v1')
        ? 'meta/v1'
        : last
    imports.set(alias?.trim() ?? last, target)
  }
  let marks: string[] = []
  let struct: { name: string; fields: Field[]; atomic: boolean; root: boolean } | undefined
  for (const line of text.split('\n')) {
    const comment = /^\s*\/\/ ?(.*)$/.exec(line)?.[1]
    if (comment !== undefined) {
      if (comment.startsWith('+')) marks.push(comment.slice(1).trim())
      continue
    }
    if (struct === undefined) {
      const opened = /^type (\w+) struct \{$/.exec(line)?.[1]
      const alias = /^type (\w+) ([^{]+)$/.exec(line)
      if (opened !== undefined)
        struct = { name: opened, fields: [], atomic: marks.includes('structType=atomic'), root: false }
      else if (alias && !line.endsWith('{')) types.set(`${own}.${alias[1]}`, (alias[2] ?? '').trim())
    } else if (line === '}') {
      types.set(`${own}.${struct.name}`, struct)
      struct = undefined
    } else {
      if (/^\tmetav1\.TypeMeta|^\tTypeMeta/.test(line)) struct.root = true
      const field = fieldOf(line, marks, { own, imports })
      if (field !== undefined) struct.fields.push(field)
    }
    marks = []
  }
}

function fieldOf(
  line: string,
  marks: readonly string[],
  names: { readonly own: string; readonly imports: ReadonlyMap<string, string> },
): Field | undefined {
  const found = /^\t(?:(\w+)\s+)?([\w.*[\]]+)\s+`(.*)`/.exec(line)
  if (!found) return undefined
  const [, , go = '', tags = ''] = found
  const tag = (key: string): string => new RegExp(`${key}:"([^"]*)"`).exec(tags)?.[1] ?? ''
  const [name = '', ...options] = tag('json').split(',')
  const inline = options.includes('inline')
  if (go.endsWith('TypeMeta') || (name === '-' && !inline) || (name === '' && !inline)) return undefined
  return {
    name: inline ? '' : name,
    go: go.replace(/(\*|\[\]|\[\w+(?:\.\w+)?\]|\bmap\b)|([\w.]+)/g, (part, fixed: string | undefined) =>
      fixed === undefined ? qualified(part, names) : fixed,
    ),
    number: tag('protobuf').split(',')[1] ?? '0',
    required: !options.includes('omitempty') && !marks.includes('optional') && !marks.includes('+optional'),
    inline,
    marks,
    patch: [tag('patchStrategy'), tag('patchMergeKey')].join(' ').trim(),
  }
}

function qualified(
  name: string,
  { own, imports }: { readonly own: string; readonly imports: ReadonlyMap<string, string> },
): string {
  if (scalars[name] !== undefined) return name
  const [alias, type] = name.includes('.') ? name.split('.') : [undefined, name]
  return alias === undefined ? `${own}.${type}` : `${imports.get(alias) ?? alias}.${type}`
}

/** The type's code: `s`, `[s`, `{q`, `core/v1.Pod`; a pointer's star stays in front. */
function code(go: string, types: Types): string {
  if (go.startsWith('*')) return code(go.slice(1), types)
  if (go === '[]byte') return 'y'
  if (go.startsWith('[]')) return `[${code(go.slice(2), types)}`
  if (go.startsWith('map[')) return `{${code(go.slice(go.indexOf(']') + 1), types)}`
  const scalar = scalars[go] ?? odd[go]
  if (scalar !== undefined) return scalar
  const found = types.get(go)
  if (typeof found !== 'string') return go
  const [own = ''] = go.split('.')
  return code(
    found.replace(/\w[\w.]*$/, (name) =>
      qualified(name, { own, imports: new Map([['resource', 'resource']]) }),
    ),
    types,
  )
}

/** Lines `core/v1.Container name=1:s! ports=6:[core/v1.ContainerPort;M(containerPort,protocol);^containerPort …`. */
function lineOf(
  name: string,
  struct: Struct,
  types: Types,
): { readonly line: string; readonly refs: readonly string[] } {
  const refs: string[] = []
  const words = struct.fields.map((field) => {
    const type = code(field.go, types)
    const ref = type.replace(/^[[{]+/, '')
    if (ref.includes('/')) refs.push(ref)
    const mark = (key: string): readonly string[] =>
      field.marks.filter((each) => each.startsWith(`${key}=`)).map((each) => each.slice(key.length + 1))
    const [list] = mark('listType')
    const atomic =
      list === undefined ? mark('mapType')[0] === 'atomic' || mark('structType')[0] === 'atomic' : false
    const [strategy = '', patchKey] = field.patch.split(' ')
    return [
      `${field.inline ? '.' : field.name}=${field.number}:${type}`,
      ...(field.required && !field.inline ? ['!'] : []),
      ...(field.go.startsWith('*') ? ['?'] : []),
      ...(list === 'set' ? ['S'] : []),
      ...(list === 'map' ? [`M(${mark('listMapKey').join(',')})`] : []),
      ...(atomic ? ['A'] : []),
      ...(strategy.includes('merge') ? [`^${patchKey ?? ''}`] : []),
      ...(strategy.includes('retainKeys') ? ['$'] : []),
      ...since(name, field.name),
    ].join(';')
  })
  return { line: [`${name}${struct.atomic ? ';A' : ''}${struct.root ? ';R' : ''}`, ...words].join(' '), refs }
}

function since(struct: string, field: string): readonly string[] {
  const has = versions.findIndex(({ types }) => {
    const found = types.get(struct)
    return typeof found === 'object' && found.fields.some((each) => each.name === field)
  })
  const before = versions[has - 1]
  // A type that is itself new needs no word on each of its fields.
  return before?.types.has(struct) ? [`@${versions[has]?.minor}`] : []
}

const lines = new Map<string, string>()

function add(name: string, types: Types): void {
  const struct = types.get(name)
  if (lines.has(name) || typeof struct !== 'object') return
  const { line, refs } = lineOf(name, struct, types)
  lines.set(name, line)
  for (const ref of refs) add(ref, types)
}

for (const [name, struct] of newest.types)
  if (typeof struct === 'object' && struct.root && !/List$|^meta\/.*(?<!DeleteOptions)$/.test(name))
    add(name, newest.types)

const output = join(import.meta.dirname, '../src/lab/api/schema/generated')
mkdirSync(output, { recursive: true })
writeFileSync(
  join(output, 'fields.ts'),
  `/** Written by scripts/api-fields.ts from the types.go files of Kubernetes 1.${minors[0]} to 1.${minors.at(-1)}. Do not edit. */
export const fieldLines = \`
${[...lines.values()].sort().join('\n')}
\`
`,
)
console.log(`${lines.size} types`)
