/**
 * The types of Kubernetes' API as the server of one minor version knows them, out of the generated table. A type is read when it is
 * first asked for: a lab that nobody asks pays nothing.
 *
 * Not imitated: descriptions, enumerations, fields that a later version has taken away again.
 */
import { fieldLines } from '#lab/api/schema/generated/fields.ts'
import {
  type Anything,
  anything,
  type Field,
  type Scalar,
  type Schema,
  type Struct,
} from '#lab/api/schema/schema.ts'

let lines: ReadonlyMap<string, string> | undefined

/** The table by the names of its types: `core/v1.Pod`. */
function table(): ReadonlyMap<string, string> {
  lines ??= new Map(
    fieldLines
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.search(/[; ]|$/)), line]),
  )
  return lines
}

/** A field that Go writes into the object around it. */
export interface Inlined {
  readonly number: number
  readonly struct: BuiltinStruct
}

export interface BuiltinStruct extends Struct {
  readonly name: string
  readonly inlined: readonly Inlined[]
  /** The fields without those of inlined structs. */
  readonly own: ReadonlyMap<string, Field>
}

export class BuiltinTypes {
  readonly #minor: number
  readonly #structs = new Map<string, BuiltinStruct>()

  /** The types of Kubernetes 1.`minor`. */
  constructor(minor: number) {
    this.#minor = minor
  }

  /** The type of a served kind; `undefined` for kinds that the table lacks. */
  ofKind(group: string, version: string, kind: string): BuiltinStruct | undefined {
    return this.struct(`${group === '' ? 'core' : group.split('.')[0]}/${version}.${kind}`)
  }

  struct(name: string): BuiltinStruct | undefined {
    let struct = this.#structs.get(name)
    const line = table().get(name)
    if (struct === undefined && line !== undefined) {
      struct = new LazyStruct(name, line, this, this.#minor)
      this.#structs.set(name, struct)
    }
    return struct
  }

  /** The schema of a type's code: `s`, `[s`, `{q`, `core/v1.Pod`. */
  schema(code: string, marks: readonly string[]): Schema | BuiltinStruct {
    const atomic = marks.includes('A')
    if (code.startsWith('[')) {
      const keys = marks.find((mark) => mark.startsWith('M('))
      const merge = keys !== undefined ? 'map' : marks.includes('S') ? 'set' : 'atomic'
      return {
        kind: 'list',
        items: this.schema(code.slice(1), []),
        merge,
        keys: keys?.slice(2, -1).split(',') ?? [],
      }
    }
    if (code.startsWith('{')) return { kind: 'map', values: this.schema(code.slice(1), []), atomic }
    return scalars[code] ?? this.struct(code) ?? anything
  }
}

const scalar = (type: Scalar['type'], format?: string): Scalar => ({
  kind: 'scalar',
  type,
  ...(format === undefined ? {} : { format }),
})

const scalars: Readonly<Record<string, Scalar | Anything>> = {
  s: scalar('string'),
  b: scalar('boolean'),
  i: scalar('integer', 'int32'),
  l: scalar('integer', 'int64'),
  f: scalar('number', 'double'),
  y: scalar('string', 'byte'),
  q: scalar('string', 'quantity'),
  t: scalar('string', 'date-time'),
  m: scalar('string', 'micro-time'),
  d: scalar('string', 'duration'),
  x: scalar('int-or-string'),
  o: { kind: 'any', object: true },
}

class LazyStruct implements BuiltinStruct {
  readonly kind = 'struct'
  readonly open = false
  readonly name: string
  readonly atomic: boolean
  readonly #line: string
  readonly #types: BuiltinTypes
  readonly #minor: number
  #parsed: { readonly own: Map<string, Field>; readonly inlined: Inlined[] } | undefined
  #all: ReadonlyMap<string, Field> | undefined

  constructor(name: string, line: string, types: BuiltinTypes, minor: number) {
    this.name = name
    this.atomic = line.startsWith(`${name};A`)
    this.#line = line
    this.#types = types
    this.#minor = minor
  }

  get own(): ReadonlyMap<string, Field> {
    return this.#parse().own
  }

  get inlined(): readonly Inlined[] {
    return this.#parse().inlined
  }

  get fields(): ReadonlyMap<string, Field> {
    this.#all ??= new Map([
      ...(/^\S+;R/.test(this.#line) ? typeMeta : []),
      ...this.inlined.flatMap(({ struct }) => [...struct.fields]),
      ...this.own,
    ])
    return this.#all
  }

  #parse(): { readonly own: ReadonlyMap<string, Field>; readonly inlined: readonly Inlined[] } {
    if (this.#parsed !== undefined) return this.#parsed
    const parsed = { own: new Map<string, Field>(), inlined: [] as Inlined[] }
    this.#parsed = parsed
    for (const word of this.#line.split(' ').slice(1)) this.#add(word, parsed)
    return parsed
  }

  #add(word: string, to: { readonly own: Map<string, Field>; readonly inlined: Inlined[] }): void {
    const equals = word.lastIndexOf('=', word.indexOf(':'))
    const name = word.slice(0, equals)
    const [coded = '', ...marks] = word.slice(equals + 1).split(';')
    const [number = '0', code = ''] = coded.split(':')
    const since = marks.find((mark) => mark.startsWith('@'))
    if (since !== undefined && Number(since.slice(1)) > this.#minor) return
    const schema = this.#types.schema(code, marks)
    if (name === '.') {
      if ('inlined' in schema) to.inlined.push({ number: Number(number), struct: schema })
      return
    }
    to.own.set(name, {
      schema: marks.includes('A') && 'inlined' in schema ? atomicOf(schema) : schema,
      required: marks.includes('!'),
      pointer: marks.includes('?'),
      number: Number(number),
      patchKey: marks.find((mark) => mark.startsWith('^'))?.slice(1),
      retainKeys: marks.includes('$'),
    })
  }
}

/** The same type where a field says that it is owned as a whole. */
const atomicOf = (struct: BuiltinStruct): BuiltinStruct => ({
  kind: 'struct',
  name: struct.name,
  atomic: true,
  open: struct.open,
  get fields() {
    return struct.fields
  },
  get own() {
    return struct.own
  },
  get inlined() {
    return struct.inlined
  },
})

const typeMeta: readonly (readonly [string, Field])[] = ['apiVersion', 'kind'].map((name) => [
  name,
  {
    schema: scalar('string'),
    required: false,
    pointer: false,
    number: 0,
    patchKey: undefined,
    retainKeys: false,
  },
])
