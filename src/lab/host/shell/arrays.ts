/**
 * Arrays of the shell: by number, and by name (`declare -A`). Not imitated: the order of names, which bash takes from its hash table (here
 * it is that of their assignment), numbers beyond a plain index where an element is assigned, elements in arithmetic.
 */
import type { Word } from 'unbash'
import { expandText, expandWords } from '#lab/host/shell/expand.ts'
import type { Io } from '#lab/host/shell/io.ts'
import type { Shell, Value } from '#lab/host/shell/state.ts'

/** The elements of an array; a plain value is an array of one. */
export function elementsOf(value: Value | undefined): readonly string[] {
  if (value === undefined) return []
  if (typeof value === 'string') return [value]
  return isNamed(value) ? [...value.values()] : value
}

/** What `${!a[@]}` tells. */
export function keysOf(value: Value | undefined): readonly string[] {
  if (value !== undefined && isNamed(value)) return [...value.keys()]
  return elementsOf(value).map((_, index) => String(index))
}

export const isNamed = (value: Value): value is ReadonlyMap<string, string> => value instanceof Map

/** `declare -A a`: keeps what it has. */
export function declareNamed(shell: Shell, name: string): void {
  const value = shell.variables.get(name)
  if (value === undefined || !isNamed(value)) shell.set(name, new Map())
}

/** `a=(…)` and `a+=(…)`. */
export async function assignArray(
  shell: Shell,
  o: { readonly name: string; readonly elements: readonly Word[]; readonly append: boolean; readonly io: Io },
): Promise<void> {
  const before = shell.variables.get(o.name)
  if (before === undefined || !isNamed(before)) {
    const added = await expandWords(shell, o.elements, o.io)
    shell.set(o.name, o.append ? [...elementsOf(before), ...added] : added)
    return
  }
  const named = new Map(o.append ? before : [])
  for (const element of o.elements) {
    const [, key, text] = /^\[(.*?)\]=(.*)$/s.exec(await expandText(shell, element, o.io)) ?? []
    if (key === undefined)
      o.io.stderr.write(
        `${shell.name}: ${o.name}: ${element.text}: must use subscript when assigning associative array\n`,
      )
    else named.set(key, text ?? '')
  }
  shell.set(o.name, named)
}

/** `a[i]=…` and `a[i]+=…`. */
export async function assignElement(
  shell: Shell,
  o: {
    readonly name: string
    readonly index: Word
    readonly text: string
    readonly append: boolean
    readonly io: Io
  },
): Promise<void> {
  const before = shell.variables.get(o.name)
  const index = await expandText(shell, o.index, o.io)
  if (before !== undefined && isNamed(before)) {
    const text = o.append ? `${before.get(index) ?? ''}${o.text}` : o.text
    shell.set(o.name, new Map([...before, [index, text]]))
    return
  }
  const elements = [...elementsOf(before)]
  const at = Number(shell.text(index) ?? index)
  elements[at] = o.append ? `${elements[at] ?? ''}${o.text}` : o.text
  shell.set(
    o.name,
    Array.from(elements, (element) => element ?? ''),
  )
}

/** `unset 'a[k]'`; whether the word names an element. */
export function unsetElement(shell: Shell, word: string): boolean {
  const [, name = '', index = ''] = /^(\w+)\[(.+)\]$/.exec(word) ?? []
  const value = shell.variables.get(name)
  if (name === '' || value === undefined) return name !== ''
  if (isNamed(value)) shell.set(name, new Map([...value].filter(([key]) => key !== index)))
  else
    shell.set(
      name,
      elementsOf(value).filter((_, at) => String(at) !== index),
    )
  return true
}
