import { remembering } from '#base/remember.ts'

/** One line of a tmpfiles.d file. */
export interface TmpfilesLine {
  readonly file: string
  readonly number: number
  readonly type: string
  /** Replaces what is there (`L+`, `f+`). */
  readonly force: boolean
  readonly bootOnly: boolean
  readonly mayFail: boolean
  readonly path: string
  readonly mode: number | undefined
  readonly user: string | undefined
  readonly group: string | undefined
  readonly argument: string | undefined
}

/** Types that are carried out; `q`, `Q` and `v` make plain directories where there are no subvolumes. */
export const knownTypes = 'fFwdDvqQeLxXrRzZ'

const rest = 'pcbCtTaAhHm'

export type ParsedLine =
  | { readonly line: TmpfilesLine; readonly warning?: string }
  | { readonly error: string }
  | 'skip'

/** A line of a file, as {@link parseTmpfilesLine} reads it. */
export interface FileLine {
  readonly at: number
  readonly parsed: Exclude<ParsedLine, 'skip'>
}

/** The lines of a file that say something. Machines have mostly the same files, and read each more than once. */
export const linesOfFile = (file: string, text: string): readonly FileLine[] =>
  linesOf(JSON.stringify([file, text]))

const linesOf = remembering((key): readonly FileLine[] => {
  const [file, text] = JSON.parse(key) as [string, string] // as written above
  return text.split('\n').flatMap((content, index) => {
    const parsed = parseTmpfilesLine(content, file, index + 1)
    return parsed === 'skip' ? [] : [{ at: index + 1, parsed }]
  })
})

/** Parses one line (tmpfiles.d(5)); messages are those of systemd:src/tmpfiles/tmpfiles.c, without file and number. */
export function parseTmpfilesLine(text: string, file: string, number: number): ParsedLine {
  if (/^\s*(#|$)/.test(text)) return 'skip'
  const [action = '', path, mode, user, group, , ...argument] = fields(text)
  if (path === undefined) return { error: 'Syntax error: too few fields.' }
  const [type = '', ...modifiers] = action
  if (!knownTypes.includes(type))
    return rest.includes(type) ? 'skip' : { error: `Unknown command type '${type}'.` }
  if (modifiers.some((each) => !'!-+=~^'.includes(each)))
    return { error: `Unknown modifiers in command '${action}'.` }
  if (!path.startsWith('/')) return { error: `Path '${path}' not absolute.` }
  const bits = parsedMode(mode)
  if (bits === 'invalid') return { error: `Invalid mode '${mode}'.` }
  const line: TmpfilesLine = {
    file,
    number,
    type,
    force: modifiers.includes('+'),
    bootOnly: modifiers.includes('!'),
    mayFail: modifiers.includes('-'),
    path: path.replace(/(?<=.)\/+$/, ''),
    mode: bits,
    user: given(user)?.replace(/^:/, ''),
    group: given(group)?.replace(/^:/, ''),
    argument: argument.length === 0 || argument[0] === '-' ? undefined : argument.join(' '),
  }
  return line.path.startsWith('/var/run/') ? modern(line) : { line }
}

const given = (field: string | undefined): string | undefined => (field === '-' ? undefined : field)

/** At most seven fields; the last one is the rest of the line. */
function fields(text: string): string[] {
  const found: string[] = []
  let left = text.trim()
  while (left !== '' && found.length < 6) {
    const [whole = '', quoted, plain] = /^(?:"([^"]*)"|(\S+))\s*/.exec(left) ?? []
    if (whole === '') break
    found.push(quoted ?? plain ?? '')
    left = left.slice(whole.length)
  }
  return left === '' ? found : [...found, left]
}

function parsedMode(field: string | undefined): number | undefined | 'invalid' {
  const text = given(field)?.replace(/^[~:]+/, '')
  if (text === undefined) return undefined
  return /^[0-7]{1,5}$/.test(text) && Number.parseInt(text, 8) <= 0o7777
    ? Number.parseInt(text, 8)
    : 'invalid'
}

function modern(line: TmpfilesLine): { line: TmpfilesLine; warning: string } {
  const path = line.path.slice('/var'.length)
  return {
    line: { ...line, path },
    warning: `Line references path below legacy directory /var/run/, updating ${line.path} → ${path}; please update the tmpfiles.d/ drop-in file accordingly.`,
  }
}

/** Whether two lines for one path say the same, so that the second need not be mentioned. */
export const sayTheSame = (a: TmpfilesLine, b: TmpfilesLine): boolean =>
  a.type === b.type &&
  a.mode === b.mode &&
  a.user === b.user &&
  a.group === b.group &&
  a.argument === b.argument
