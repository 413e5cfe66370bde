import { attempt, done, invalidOption, parseArguments, say } from '#lab/host/commands/cli.ts'
import { fromBasic, fromPosix } from '#lab/host/commands/grep.ts'
import { eachLine } from '#lab/host/commands/lines.ts'
import { type Address, Editor, edited, type Instruction } from '#lab/host/commands/sed-editor.ts'
import { errnoTexts, type Process, type Program } from '#lab/host/ports.ts'
import { regularExpression } from '#lab/host/shell/glob.ts'

/** sed(1): `s`, `d`, `p`, `q`, `a`, `i`, `c`, `=`, addresses and ranges; `-n`, `-i`, `-e`, `-E`. Not imitated: hold space, labels, groups. */
export const sed: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), {
    flags: 'nirEszu',
    long: ['--in-place', '--quiet', '--unbuffered'],
    values: ['e'],
  })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const operands = [...args.operands]
  const script = args.values.get('e') ?? operands.shift() ?? ''
  const instructions = parseScript(script, args.flags.has('E') || args.flags.has('r'))
  if (typeof instructions === 'string') {
    say(p, `-e expression #1, char ${script.length}: ${instructions}`)
    return 1
  }
  const quiet = args.flags.has('n') || args.flags.has('--quiet')
  if (args.flags.has('i') || args.flags.has('--in-place'))
    return inPlace(p, operands, (text) => edited(text, instructions, quiet))
  const editor = new Editor(instructions, { quiet, write: (text) => p.stdout.write(text) })
  let code = 0
  for (const path of operands.length === 0 ? ['-'] : operands)
    if (!(await eachLine(p, path, (line) => editor.take(line), cannotRead))) code = 2
  editor.end()
  return code
}

const cannotRead = (path: string, message: string): string =>
  message === errnoTexts.EISDIR ? `read error on ${path}: ${message}` : `can't read ${path}: ${message}`

const readFile = (p: Process, path: string): Promise<string | undefined> =>
  attempt(
    p,
    () => p.files.read(path),
    ({ code, message }) =>
      code === 'EISDIR' ? `couldn't edit ${path}: not a regular file` : cannotRead(path, message),
  )

/** Writes beside the file and renames, as GNU sed does: it needs the folder's permission, not the file's. */
async function inPlace(
  p: Process,
  paths: readonly string[],
  edit: (text: string) => string,
): Promise<number> {
  let code = 0
  for (const path of paths) {
    const content = await readFile(p, path)
    if (content === undefined) {
      code = 2
      continue
    }
    const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : './'
    const beside = `${folder}sed${p.random.text(6)}`
    const replace = async (): Promise<void> => {
      const { mode, uid, gid } = await p.files.stat(path)
      await p.files.write(beside, edit(content), { mode: mode & 0o777 })
      if (uid !== p.credentials.euid || gid !== p.credentials.gid) await p.files.chown(beside, uid, gid)
      await p.files.rename(beside, path)
    }
    if (!(await done(p, replace, ({ message }) => `couldn't open temporary file ${beside}: ${message}`)))
      code = 4
  }
  return code
}

function parseScript(script: string, extended: boolean): Instruction[] | string {
  const instructions: Instruction[] = []
  let rest = script.trim()
  while (rest !== '') {
    const parsed = parseOne(rest, extended)
    if (typeof parsed === 'string') return parsed
    instructions.push(parsed.instruction)
    rest = parsed.rest.replace(/^[\s;]+/, '')
  }
  return instructions
}

function parseOne(text: string, extended: boolean): { instruction: Instruction; rest: string } | string {
  const first = address(text, extended)
  const second = first.rest.startsWith(',') ? address(first.rest.slice(1).trimStart(), extended) : undefined
  const tail = (second?.rest ?? first.rest).trimStart()
  const negated = tail.startsWith('!')
  const [verb = '', ...after] = negated ? tail.slice(1).trimStart() : tail
  const rest = after.join('')
  const common = { from: first.value, to: second?.value, negated, verb, inRange: false }
  if (verb === 's') return substitution(common, rest, extended)
  if ('dpq='.includes(verb) && verb !== '')
    return { instruction: { ...common, pattern: undefined, text: '', prints: false }, rest }
  if ('aic'.includes(verb) && verb !== '') {
    const [line = '', ...others] = rest.replace(/^\\?\n?\s*/, '').split('\n')
    return {
      instruction: { ...common, pattern: undefined, text: line, prints: false },
      rest: others.join('\n'),
    }
  }
  return verb === '' ? 'missing command' : `unknown command: \`${verb}'`
}

function address(text: string, extended: boolean): { value: Address | undefined; rest: string } {
  const number = /^\d+/.exec(text)?.[0]
  if (number !== undefined) return { value: Number(number), rest: text.slice(number.length) }
  if (text.startsWith('$')) return { value: '$', rest: text.slice(1) }
  if (!text.startsWith('/')) return { value: undefined, rest: text }
  const [source = '', rest = ''] = delimited(text.slice(1), '/')
  return { value: expression(source, extended, '') ?? /$^/, rest }
}

function substitution(
  common: Pick<Instruction, 'from' | 'to' | 'negated' | 'verb' | 'inRange'>,
  rest: string,
  extended: boolean,
): { instruction: Instruction; rest: string } | string {
  const delimiter = rest[0] ?? '/'
  const [source, afterSource] = delimited(rest.slice(1), delimiter)
  const [text, afterText] = delimited(afterSource ?? '', delimiter)
  if (source === undefined || text === undefined || afterText === undefined) return "unterminated `s' command"
  const flags = /^[gipI]*/.exec(afterText)?.[0] ?? ''
  const pattern = expression(
    source,
    extended,
    `${flags.includes('g') ? 'g' : ''}${/i/i.test(flags) ? 'i' : ''}`,
  )
  if (pattern === undefined) return 'Invalid preceding regular expression'
  return {
    instruction: { ...common, pattern, text: replacementOf(text), prints: flags.includes('p') },
    rest: afterText.slice(flags.length),
  }
}

/** The text up to an unescaped delimiter, and what follows it; nothing follows when there is none. */
function delimited(text: string, delimiter: string): [string | undefined, string | undefined] {
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === delimiter) {
      const inside = text.slice(0, at)
      return [
        delimiter === '/' ? inside.replaceAll('\\/', '/') : inside.replaceAll(`\\${delimiter}`, delimiter),
        text.slice(at + 1),
      ]
    }
  }
  return [undefined, undefined]
}

const expression = (source: string, extended: boolean, flags: string): RegExp | undefined =>
  regularExpression(fromPosix(extended ? source : fromBasic(source)), flags)

/** `&` and `\1` as JavaScript writes them. */
const replacementOf = (text: string): string =>
  text
    .replaceAll('$', '$$$$')
    .replaceAll(/\\(.)|&/gs, (whole, escaped: string | undefined) =>
      whole === '&'
        ? '$&'
        : escaped === 'n'
          ? '\n'
          : /\d/.test(escaped ?? '')
            ? `$${escaped}`
            : (escaped ?? ''),
    )
