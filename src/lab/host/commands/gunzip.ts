import { gunzipSync } from 'node:zlib'
import { bytesOfText, textOfBytes } from '#base/bytes.ts'
import { attempt, done, invalidOption, nameOf, parseArguments } from '#lab/host/commands/cli.ts'
import type { Process, Program } from '#lab/host/ports.ts'
import { readAll } from '#lab/host/process/streams.ts'

/** What gunzip and zcat call themselves in messages: both are scripts around gzip. */
const say = (p: Process, text: string): void => p.stderr.write(`gzip: ${text}\n`)

/**
 * gunzip(1) `-c -k -f`, and zcat(1).
 *
 * Not imitated: packing, other options.
 */
export const gunzip: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'cdfk', long: ['--stdout', '--keep'] })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const shows = nameOf(p) === 'zcat' || args.flags.has('c') || args.flags.has('--stdout')
  let code = 0
  for (const path of args.operands.length === 0 ? ['-'] : args.operands) {
    const text = await unpacked(p, path)
    if (text === undefined) code = 1
    else if (shows || path === '-') p.stdout.write(text)
    else if (!path.endsWith('.gz')) {
      say(p, `${path}: unknown suffix -- ignored`)
      code = 2
    } else if (!(await replaced(p, path, { text, keeps: args.flags.has('k') || args.flags.has('--keep') })))
      code = 1
  }
  return code
}

async function unpacked(p: Process, path: string): Promise<string | undefined> {
  const packed = path === '-' ? await readAll(p) : await read(p, path)
  if (packed === undefined) return undefined
  const bytes = bytesOfText(packed)
  const name = path === '-' ? 'stdin' : path
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return plain(p, bytes, name)
  say(p, `${name}: not in gzip format`)
  return undefined
}

function plain(p: Process, bytes: Buffer, name: string): string | undefined {
  try {
    return textOfBytes(gunzipSync(bytes))
  } catch {
    say(p, `${name}: invalid compressed data--format violated`)
    return undefined
  }
}

const read = async (p: Process, path: string): Promise<string | undefined> => {
  if (!(await p.files.exists(path))) {
    say(p, `${path}: No such file or directory`)
    return undefined
  }
  return attempt(
    p,
    () => p.files.read(path),
    ({ message }) => `${path}: ${message}`,
  )
}

/** Puts the text in the place of the packed file. */
const replaced = (
  p: Process,
  path: string,
  { text, keeps }: { readonly text: string; readonly keeps: boolean },
): Promise<boolean> =>
  done(
    p,
    async () => {
      const { mode } = await p.files.stat(path)
      await p.files.write(path.slice(0, -3), text, { mode: mode & 0o777 })
      if (!keeps) await p.files.remove(path)
    },
    ({ message }) => `${path}: ${message}`,
  )
