import { attempt, invalidOption, parseArguments, say } from '#lab/host/commands/cli.ts'
import { isErrno, type Process, type Program, type Writer } from '#lab/host/ports.ts'
import { hostProcess } from '#lab/host/process/process.ts'
import { openForWriting } from '#lab/host/vfs/operations.ts'

/** tee(1): `-a`. */
export const tee: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'ai' })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const outputs: Writer[] = [p.stdout]
  const pending: Promise<void>[] = []
  let code = 0
  for (const path of args.operands) {
    const file = await attempt(
      p,
      async () => openForWriting(hostProcess(p).state.view, path, { append: args.flags.has('a') }),
      ({ message }) => `${path}: ${message}`,
    )
    if (file === undefined) code = 1
    else
      outputs.push({
        write: (text) => {
          const done = file.append(text)
          if (done !== undefined) pending.push(done.catch((error: unknown) => tellWrite(p, path, error)))
        },
      })
  }
  for (let text = await p.stdin.read(p); text !== undefined; text = await p.stdin.read(p))
    for (const output of outputs) output.write(text)
  await Promise.all(pending)
  return code
}

function tellWrite(p: Process, path: string, error: unknown): void {
  if (!isErrno(error)) throw error
  say(p, `${path}: ${error.message}`)
}
