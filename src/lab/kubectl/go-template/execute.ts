/** Go templates, carried out on an object: golang/go:src/text/template/exec.go. */
import { isObject } from '#lab/api/json.ts'
import { functions, Wrong } from '#lab/kubectl/go-template/functions.ts'
import type { Operand, Part, Pipeline, Spot } from '#lab/kubectl/go-template/parse.ts'
import { shown, truth } from '#lab/kubectl/go-template/values.ts'

/** What came of it: the text up to where it went wrong, and Go's words for that. */
export interface Executed {
  readonly text: string
  readonly error: string | undefined
}

export function execute(
  source: string,
  parts: readonly Part[],
  o: { readonly data: unknown; readonly missingIsError: boolean },
): Executed {
  const execution = new Execution(source, o)
  try {
    execution.run(parts, o.data)
    return { text: execution.text, error: undefined }
  } catch (error) {
    if (!(error instanceof Failed)) throw error
    return { text: execution.text, error: error.message }
  }
}

class Failed extends Error {}

/** Leaves a loop, or its turn. */
class Leave extends Error {
  readonly kind: 'break' | 'continue'
  constructor(kind: 'break' | 'continue') {
    super(kind)
    this.kind = kind
  }
}

class Execution {
  text = ''
  readonly #source: string
  readonly #missingIsError: boolean
  readonly #variables: { readonly name: string; value: unknown }[]

  constructor(source: string, o: { readonly data: unknown; readonly missingIsError: boolean }) {
    this.#source = source
    this.#missingIsError = o.missingIsError
    this.#variables = [{ name: '$', value: o.data }]
  }

  run(parts: readonly Part[], dot: unknown): void {
    for (const part of parts) this.#part(part, dot)
  }

  #part(part: Part, dot: unknown): void {
    switch (part.kind) {
      case 'text':
        this.text += part.text
        break
      case 'break':
      case 'continue':
        throw new Leave(part.kind)
      case 'action': {
        const value = this.#pipeline(part.pipeline, dot)
        if (part.pipeline.variables.length === 0)
          this.text += value === undefined ? '<no value>' : shown(value)
        break
      }
      default:
        this.#scoped(() => this.#control(part, dot))
    }
  }

  #control(part: Extract<Part, { readonly kind: 'if' | 'with' | 'range' }>, dot: unknown): void {
    if (part.kind === 'range') {
      this.#range(part, dot)
      return
    }
    const value = this.#pipeline(part.pipeline, dot)
    if (truth(value)) this.run(part.body, part.kind === 'with' ? value : dot)
    else this.run(part.otherwise, dot)
  }

  #range(part: Extract<Part, { readonly kind: 'if' | 'with' | 'range' }>, dot: unknown): void {
    const { pipeline, body, otherwise } = part
    const value = this.#pipeline({ ...pipeline, variables: [] }, dot)
    const entries = this.#entries(value, pipeline)
    if (entries.length === 0) this.run(otherwise, dot)
    for (const entry of entries) {
      const values = pipeline.variables.length === 1 ? entry.slice(1) : entry
      try {
        this.#scoped(() => {
          for (const [at, name] of pipeline.variables.entries()) this.#set(name, values[at], pipeline)
          this.run(body, entry[1])
        })
      } catch (error) {
        if (!(error instanceof Leave)) throw error
        if (error.kind === 'break') return
      }
    }
  }

  #entries(value: unknown, pipeline: Pipeline): readonly (readonly [unknown, unknown])[] {
    if (value === undefined || value === null) return []
    if (Array.isArray(value)) return value.map((item, at) => [at, item] as const)
    if (isObject(value))
      return Object.keys(value)
        .sort()
        .map((key) => [key, value[key]] as const)
    const last = pipeline.commands.at(-1)?.operands[0]
    throw this.#failed(last ?? { at: 0, source: '' }, `range can't iterate over ${shown(value)}`)
  }

  #pipeline(pipeline: Pipeline, dot: unknown): unknown {
    let value: unknown
    for (const [at, command] of pipeline.commands.entries())
      value = this.#command(command, dot, at === 0 ? [] : [value])
    for (const name of pipeline.variables) this.#set(name, value, pipeline)
    return value
  }

  #command(command: Pipeline['commands'][number], dot: unknown, final: readonly unknown[]): unknown {
    const [first, ...more] = command.operands
    if (first === undefined) return undefined
    if (first.kind !== 'function') {
      if (more.length + final.length > 0)
        throw this.#failed(
          first,
          first.kind === 'fields'
            ? `${first.names.at(-1)} is not a method but has arguments`
            : `can't give argument to non-function ${first.source}`,
        )
      if (first.kind === 'nil') throw this.#failed(first, 'nil is not a command')
      return this.#value(first, dot)
    }
    const values = [...more.map((each) => this.#value(each, dot)), ...final]
    try {
      return functions[first.name]?.(values)
    } catch (error) {
      if (!(error instanceof Wrong)) throw error
      throw this.#failed(command, `error calling ${first.name}: ${error.message}`)
    }
  }

  #value(operand: Operand, dot: unknown): unknown {
    switch (operand.kind) {
      case 'dot':
        return dot
      case 'nil':
        return null
      case 'constant':
        return operand.value
      case 'variable':
        return this.#variables.findLast(({ name }) => name === operand.name)?.value
      case 'pipeline':
        return this.#scoped(() => this.#pipeline(operand.pipeline, dot))
      case 'function':
        return this.#command({ ...operand, operands: [operand] }, dot, [])
      case 'fields':
        return operand.names.reduce(
          (value, name) => this.#field(value, name, operand),
          this.#value(operand.of, dot),
        )
    }
  }

  #field(value: unknown, name: string, spot: Spot): unknown {
    if (value === undefined) {
      if (this.#missingIsError) throw this.#failed(spot, `nil data; no entry for key ${JSON.stringify(name)}`)
      return undefined
    }
    if (value === null) throw this.#failed(spot, `nil pointer evaluating interface {}.${name}`)
    if (!isObject(value)) throw this.#failed(spot, `can't evaluate field ${name} in type interface {}`)
    if (!(name in value) && this.#missingIsError)
      throw this.#failed(spot, `map has no entry for key ${JSON.stringify(name)}`)
    return value[name]
  }

  #set(name: string, value: unknown, { isAssignment }: Pipeline): void {
    const known = isAssignment ? this.#variables.findLast((each) => each.name === name) : undefined
    if (known === undefined) this.#variables.push({ name, value })
    else known.value = value
  }

  #scoped<T>(act: () => T): T {
    const { length } = this.#variables
    try {
      return act()
    } finally {
      this.#variables.length = length
    }
  }

  #failed({ at, source }: Spot, message: string): Failed {
    const before = this.#source.slice(0, at)
    const line = before.split('\n').length
    const column = Buffer.byteLength(before.slice(before.lastIndexOf('\n') + 1))
    return new Failed(`template: output:${line}:${column}: executing "output" at <${source}>: ${message}`)
  }
}
