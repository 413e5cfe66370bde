/**
 * `tar` as `kubectl cp` and people in a hurry use it: create, extract and list, from and to files or `-`.
 *
 * Not imitated: compression (`z` packs nothing), owners, links, names of more than 100 characters, other options than
 * c x t f C m v z and `--` words, which are passed over.
 */
import { bytesOfText } from '#base/bytes.ts'
import { archived, endOfArchive, fileEntry, header } from '#lab/host/commands/tar-format.ts'
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { readAll } from '#lab/host/process/streams.ts'

interface Asked {
  readonly mode: 'c' | 'x' | 't'
  readonly file: string
  readonly directory: string
  readonly names: readonly string[]
}

export const tar: Program = async (p) => {
  const asked = read(p.argv.slice(1))
  if (typeof asked === 'string') {
    p.stderr.write(`tar: ${asked}\nTry 'tar --help' or 'tar --usage' for more information.\n`)
    return 2
  }
  try {
    if (asked.mode === 'c') return await create(p, asked)
    const text = asked.file === '-' ? await readAll(p) : await p.files.read(asked.file)
    return await unpack(p, asked, bytesOfText(text))
  } catch (error) {
    if (!isErrno(error)) throw error
    p.stderr.write(
      `tar: ${error.path ?? asked.file}: Cannot open: ${error.message}\ntar: Error is not recoverable: exiting now\n`,
    )
    return 2
  }
}

/** `cf - a b`, `-xmf - -C dir`, `-czf x.tar.gz a`. */
function read(words: readonly string[]): Asked | string {
  const left = [...words]
  let mode: Asked['mode'] | undefined
  let file = '-'
  let directory = '.'
  const names: string[] = []
  let first = true
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    const isOptions = word.startsWith('-') ? word.length > 1 && !word.startsWith('--') : first
    first = false
    if (!isOptions) {
      if (!word.startsWith('--')) names.push(word)
      continue
    }
    for (const letter of word.replace(/^-/, '')) {
      if (letter === 'c' || letter === 'x' || letter === 't') mode = letter
      else if (letter === 'f') file = left.shift() ?? '-'
      else if (letter === 'C') directory = left.shift() ?? '.'
      else if (!'mvpoz'.includes(letter)) return `invalid option -- '${letter}'`
    }
  }
  if (mode === undefined)
    return "You must specify one of the '-Acdtrux', '--delete' or '--test-label' options"
  return { mode, file, directory, names }
}

async function create(p: Process, { file, directory, names }: Asked): Promise<number> {
  const parts: string[] = []
  let failed = false
  for (const name of names) {
    try {
      await add(p, parts, `${directory}/${name}`, name)
    } catch (error) {
      if (!isErrno(error)) throw error
      failed = true
      p.stderr.write(`tar: ${name}: Cannot stat: ${error.message}\n`)
    }
  }
  parts.push(endOfArchive)
  if (file === '-') p.stdout.write(parts.join(''))
  else await p.files.write(file, parts.join(''))
  if (failed) p.stderr.write('tar: Exiting with failure status due to previous errors\n')
  return failed ? 2 : 0
}

async function add(p: Process, parts: string[], path: string, name: string): Promise<void> {
  const at = name.startsWith('/') ? name : path
  const stat = await p.files.stat(at)
  const inside = name.replace(/^\/+/, '')
  if (stat.kind === 'directory') {
    parts.push(header({ name: `${inside}/`, mode: stat.mode, size: 0, mtimeMs: stat.mtimeMs, type: '5' }))
    for (const each of await p.files.list(at))
      await add(p, parts, `${at}/${each.name}`, `${name}/${each.name}`)
    return
  }
  if (stat.kind !== 'file') return
  const text = await p.files.read(at)
  parts.push(fileEntry({ name: inside, mode: stat.mode, mtimeMs: stat.mtimeMs, text }))
}

async function unpack(p: Process, { mode, directory }: Asked, bytes: Buffer): Promise<number> {
  if (bytes.length === 0) {
    p.stderr.write(
      'tar: This does not look like a tar archive\ntar: Exiting with failure status due to previous errors\n',
    )
    return 2
  }
  for (const { name, type, body } of archived(bytes)) {
    if (mode === 't') p.stdout.write(`${name}\n`)
    else await extract(p, `${directory}/${name}`, { type, body, mode: 0o644 })
  }
  return 0
}

async function extract(
  p: Process,
  path: string,
  o: { readonly type: string; readonly body: string; readonly mode: number },
): Promise<void> {
  const folder = o.type === '5' ? path.replace(/\/+$/, '') : path.slice(0, path.lastIndexOf('/'))
  if (folder !== '' && !(await p.files.exists(folder))) await p.files.mkdir(folder, { parents: true })
  if (o.type !== '5') await p.files.write(path, o.body, { mode: o.mode })
}
