/** How fields are named in expressions: staging:apiserver/pkg/cel/escaping.go. */
import { remembering } from '#base/remember.ts'

const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
)

const marks: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
}

/** `a-b` is asked for as `a__dash__b`. What cannot be named in any way stays as it is, and is found by nobody. */
export const escaped = remembering((name: string): string =>
  reserved.has(name) ? `__${name}__` : name.replace(/__|[./-]/g, (mark) => marks[mark] ?? mark),
)
