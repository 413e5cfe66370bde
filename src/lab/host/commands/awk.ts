import { parseAwk } from '#lab/host/commands/awk/parse.ts'
import { AwkRun } from '#lab/host/commands/awk/run.ts'
import { AwkSyntaxError, type Rule } from '#lab/host/commands/awk/syntax.ts'
import { AwkError } from '#lab/host/commands/awk/values.ts'
import { invalidOption, parseArguments, say } from '#lab/host/commands/cli.ts'
import { eachLine, type Line } from '#lab/host/commands/lines.ts'
import type { Process, Program } from '#lab/host/ports.ts'

/**
 * awk(1): rules, variables, arrays, loops, `printf`, the functions on texts; `-F`, one `-v`, a program as the first word.
 *
 * Not imitated: functions of one's own, `getline`, output into files and pipes, `system`, `RS`, `-f`, mathematics beyond `int`; loops of more
 * than a million turns are given up.
 */
export const awk: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { values: ['F', 'v'] })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown, 2)
  const [source = '', ...paths] = args.operands
  const rules = parsed(p, source)
  if (rules === undefined) return 2
  const run = new AwkRun(rules, (text) => p.stdout.write(text))
  const separator = args.values.get('F')
  if (separator !== undefined) run.set('FS', separator === 't' || separator === '\\t' ? '\t' : separator)
  const [, name, value] = /^(\w+)=(.*)$/s.exec(args.values.get('v') ?? '') ?? []
  if (name !== undefined) run.set(name, value ?? '')
  try {
    return await carriedOut(p, run, paths)
  } catch (error) {
    if (!(error instanceof AwkError)) throw error
    say(p, `cmd. line:1: fatal: ${error.message}`)
    return 2
  }
}

function parsed(p: Process, source: string): readonly Rule[] | undefined {
  try {
    return parseAwk(source)
  } catch (error) {
    if (!(error instanceof AwkSyntaxError)) throw error
    say(p, `line 1: syntax error at or near ${error.message === '' ? 'end of file' : error.message}`)
    return undefined
  }
}

async function carriedOut(p: Process, run: AwkRun, paths: readonly string[]): Promise<number> {
  run.begin()
  let failed = false
  if (run.reads && !run.isOver)
    for (const path of paths.length === 0 ? ['-'] : paths) {
      if (run.isOver) break
      const take = ({ text }: Line): boolean => {
        run.line(text)
        return !run.isOver
      }
      if (!(await eachLine(p, path, take, (name, message) => `cannot open "${name}" (${message})`)))
        failed = true
    }
  run.end()
  return run.code === 0 && failed ? 2 : run.code
}
