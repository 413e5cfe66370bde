import { createHash } from 'node:crypto'
import { bytesOfText, textOfBytes } from '#base/bytes.ts'
import { invalidOption, nameOf, parseArguments, say } from '#lab/host/commands/cli.ts'
import { inputText } from '#lab/host/commands/lines.ts'
import type { Process, Program } from '#lab/host/ports.ts'

const algorithms: Readonly<Record<string, string>> = {
  md5sum: 'md5',
  sha1sum: 'sha1',
  sha256sum: 'sha256',
  sha512sum: 'sha512',
}

/** md5sum, sha1sum, sha256sum, sha512sum; `-c` checks a list. */
export const digest: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'cbtz', long: ['--check', '--quiet', '--status'] })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const sum = (text: string): string =>
    createHash(algorithms[nameOf(p)] ?? 'sha256')
      .update(bytesOfText(text))
      .digest('hex')
  const paths = args.operands.length > 0 ? args.operands : ['-']
  let code = 0
  for (const path of paths) {
    const text = await inputText(p, path)
    if (text === undefined) code = 1
    else if (args.flags.has('c') || args.flags.has('--check')) code = (await check(p, text, sum)) || code
    else p.stdout.write(`${sum(text)}  ${path}\n`)
  }
  return code
}

async function check(p: Process, list: string, sum: (text: string) => string): Promise<number> {
  let failed = 0
  for (const line of list.split('\n').filter((each) => each !== '')) {
    const [wanted = '', path = ''] = line.split(/\s+\*?/)
    const text = await inputText(p, path)
    const isSame = text !== undefined && sum(text) === wanted
    p.stdout.write(`${path}: ${isSame ? 'OK' : 'FAILED'}\n`)
    if (!isSame) failed++
  }
  if (failed > 0) say(p, `WARNING: ${failed} computed checksum${failed === 1 ? '' : 's'} did NOT match`)
  return failed > 0 ? 1 : 0
}

/** base64(1): `-d`, `-w COLUMNS`. */
export const base64: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'di', values: ['w', '--wrap'], long: ['--decode'] })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const text = await inputText(p, args.operands[0] ?? '-')
  if (text === undefined) return 1
  if (args.flags.has('d') || args.flags.has('--decode')) {
    p.stdout.write(textOfBytes(Buffer.from(text, 'base64')))
    return 0
  }
  const encoded = bytesOfText(text).toString('base64')
  const columns = Number(args.values.get('w') ?? args.values.get('--wrap') ?? 76)
  p.stdout.write(
    columns === 0 ? encoded : `${encoded.match(new RegExp(`.{1,${columns}}`, 'g'))?.join('\n') ?? ''}\n`,
  )
  return 0
}
