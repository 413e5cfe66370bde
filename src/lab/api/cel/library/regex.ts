/** Functions of texts by patterns: staging:apiserver/pkg/cel/library/regex.go. A pattern of Go's that JavaScript cannot read fails. */
import type { Environment } from '@marcbachmann/cel-js'
import { remembering } from '#base/remember.ts'
import { fail } from '#lab/api/cel/failure.ts'

/** Go writes flags before a pattern, JavaScript behind it. */
const compiled = remembering((pattern: string): RegExp | null => {
  const [, flags = '', rest = pattern] = /^\(\?([ims]+)\)(.*)$/s.exec(pattern) ?? []
  try {
    return new RegExp(rest, `gu${flags}`)
  } catch {
    return null
  }
})

function found(text: string, pattern: string, most: number): string[] {
  const expression = compiled(pattern)
  if (expression === null) return fail(`Illegal regex: error parsing regexp: ${JSON.stringify(pattern)}`)
  const all: string[] = []
  for (const [match] of text.matchAll(expression)) {
    if (all.length === most) break
    all.push(match)
  }
  return all
}

export function registerRegex(environment: Environment): void {
  const everything = Number.POSITIVE_INFINITY
  environment
    .registerFunction(
      'string.find(string): string',
      (text: string, pattern: string) => found(text, pattern, 1)[0] ?? '',
    )
    .registerFunction('string.findAll(string): list<string>', (text: string, pattern: string) =>
      found(text, pattern, everything),
    )
    .registerFunction(
      'string.findAll(string, int): list<string>',
      (text: string, pattern: string, most: bigint) =>
        found(text, pattern, most < 0n ? everything : Number(most)),
    )
}
