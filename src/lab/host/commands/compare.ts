import { invalidOption, parseArguments } from '#lab/host/commands/cli.ts'
import { plainHunks, stamped, unifiedHunks } from '#lab/host/commands/edits.ts'
import { inputText } from '#lab/host/commands/lines.ts'
import type { Process, Program } from '#lab/host/ports.ts'

/** diff(1) of two files: the plain form, `-u`, `-q`, `-r`-less. 0 the same, 1 different, 2 trouble. */
export const diff: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), {
    flags: 'uqrNwbBiay',
    values: ['U', '--label'],
    long: ['--brief', '--unified'],
  })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown, 2)
  const [a = '', b = ''] = args.operands
  const texts = [await inputText(p, a), await inputText(p, b)]
  const [left, right] = texts
  if (left === undefined || right === undefined) return 2
  if (left === right) return 0
  if (args.flags.has('q') || args.flags.has('--brief')) p.stdout.write(`Files ${a} and ${b} differ\n`)
  else {
    const isUnified = args.flags.has('u') || args.values.has('U') || args.flags.has('--unified')
    p.stdout.write(
      isUnified ? `${await heads(p, a, b)}${unifiedHunks(left, right)}` : plainHunks(left, right),
    )
  }
  return 1
}

/** cmp(1): where two files begin to differ. */
export const cmp: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 's' })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown, 2)
  const [a = '', b = ''] = args.operands
  const [left, right] = [await inputText(p, a), await inputText(p, b)]
  if (left === undefined || right === undefined) return 2
  if (left === right) return 0
  const at = [...left].findIndex((c, index) => c !== right[index])
  if (args.flags.has('s')) return 1
  const line = left.slice(0, at < 0 ? left.length : at).split('\n').length
  if (at < 0 || at >= right.length)
    p.stderr.write(
      `cmp: EOF on ${left.length < right.length ? a : b} after byte ${Math.min(left.length, right.length)}, line ${line}\n`,
    )
  else p.stdout.write(`${a} ${b} differ: byte ${at + 1}, line ${line}\n`)
  return 1
}

async function heads(p: Process, a: string, b: string): Promise<string> {
  const stamp = async (path: string): Promise<string> => {
    return stamped(path, path === '-' ? p.now() : (await p.files.stat(path)).mtimeMs)
  }
  return `--- ${await stamp(a)}\n+++ ${await stamp(b)}\n`
}
