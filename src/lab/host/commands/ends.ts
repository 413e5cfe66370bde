import { invalidOption, parseArguments } from '#lab/host/commands/cli.ts'
import { inputText } from '#lab/host/commands/lines.ts'
import { readable } from '#lab/host/os/readable.ts'
import type { Process, Program } from '#lab/host/ports.ts'

const cannotOpen = (path: string, message: string): string => `cannot open '${path}' for reading: ${message}`

/** head(1): `-n COUNT`, `-c BYTES`; a negative count leaves out the end. */
export const head: Program = async (p) => {
  const args = parseArguments(numbersAsLines(p.argv.slice(1)), {
    flags: 'qv',
    values: ['n', 'c', '--lines', '--bytes'],
  })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const count = Number(args.values.get('n') ?? args.values.get('--lines') ?? 10)
  const bytes = args.values.get('c') ?? args.values.get('--bytes')
  if (args.operands.length === 0 && bytes === undefined && count >= 0) return firstLines(p, count)
  return eachInput(p, args.operands, args.flags.has('q'), (text) => {
    if (bytes !== undefined) return text.slice(0, Number(bytes))
    const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? []
    return lines.slice(0, count).join('')
  })
}

/** Stops reading as soon as it has enough, so that whoever writes is told. */
async function firstLines(p: Process, count: number): Promise<number> {
  let left = count
  for (let text = await p.stdin.read(p); text !== undefined; text = await p.stdin.read(p)) {
    const lines = (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).slice(0, left)
    p.stdout.write(lines.join(''))
    left -= lines.filter((line) => line.endsWith('\n')).length
    if (left <= 0) break
  }
  return 0
}

/** `-5` means `-n 5`. */
const numbersAsLines = (words: readonly string[]): string[] =>
  words.flatMap((word) => (/^-\d+$/.test(word) ? ['-n', word.slice(1)] : [word]))

async function eachInput(
  p: Process,
  operands: readonly string[],
  quiet: boolean,
  part: (text: string) => string,
): Promise<number> {
  let code = 0
  const paths = operands.length === 0 ? ['-'] : operands
  for (const [at, path] of paths.entries()) {
    const text = await inputText(p, path, cannotOpen)
    if (text === undefined) {
      code = 1
      continue
    }
    if (paths.length > 1 && !quiet) p.stdout.write(`${at > 0 ? '\n' : ''}==> ${path} <==\n`)
    p.stdout.write(part(text))
  }
  return code
}

const tailPollMs = 1000

/** tail(1): `-n COUNT` (`+N` from line N), `-c BYTES`, `-f`: looks for more once a second. */
export const tail: Program = async (p) => {
  const args = parseArguments(numbersAsLines(p.argv.slice(1)), {
    flags: 'fFqv',
    long: ['--follow'],
    values: ['n', 'c', '--lines', '--bytes'],
  })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const wanted = args.values.get('n') ?? args.values.get('--lines') ?? '10'
  const bytes = args.values.get('c') ?? args.values.get('--bytes')
  const code = await eachInput(p, args.operands, args.flags.has('q'), (text) => {
    if (bytes !== undefined) return text.slice(-Number(bytes))
    const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? []
    const count = Math.abs(Number(wanted))
    if (wanted.startsWith('+')) return lines.slice(count - 1).join('')
    return count === 0 ? '' : lines.slice(-count).join('')
  })
  const follows = args.flags.has('f') || args.flags.has('F') || args.flags.has('--follow')
  return follows && args.operands.length > 0 ? follow(p, args.operands) : code
}

async function follow(p: Process, paths: readonly string[]): Promise<number> {
  const seen = new Map<string, number>()
  for (const path of paths) seen.set(path, ((await readable(p.files, path)) ?? '').length)
  for (;;) {
    await p.sleep(tailPollMs)
    for (const path of paths) {
      const text = (await readable(p.files, path)) ?? ''
      const before = seen.get(path) ?? 0
      if (text.length !== before) p.stdout.write(text.length < before ? text : text.slice(before))
      seen.set(path, text.length)
    }
  }
}
