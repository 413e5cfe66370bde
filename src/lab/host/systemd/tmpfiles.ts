import { gidOf, uidOf } from '#lab/host/os/accounts.ts'
import { type Errno, isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { applyLine, removeFor } from '#lab/host/systemd/tmpfiles-apply.ts'
import { linesOfFile, sayTheSame, type TmpfilesLine } from '#lab/host/systemd/tmpfiles-line.ts'
import { namesIn } from '#lab/host/systemd/unit.ts'

/** First come first: a file hides one of the same name in a later folder. */
const folders = ['/etc/tmpfiles.d', '/run/tmpfiles.d', '/usr/local/lib/tmpfiles.d', '/usr/lib/tmpfiles.d']

const badData = 65
const cannotCreate = 73

interface Options {
  readonly create: boolean
  readonly remove: boolean
  readonly boot: boolean
  readonly prefixes: readonly string[]
  readonly excluded: readonly string[]
  readonly files: readonly string[]
}

/** A line whose user and group are known. */
export interface Item extends TmpfilesLine {
  readonly uid: number | undefined
  readonly gid: number | undefined
}

/**
 * systemd-tmpfiles(8): reads all files in the order of their names, whatever their folder; of two lines for one path the
 * first counts. Exit 65 when a line could not be understood (the others are carried out), 73 when something could not
 * be made.
 *
 * Not imitated: cleaning by age, pipes, device nodes, copies, attributes and ACLs, specifiers but `%%`.
 */
export const systemdTmpfiles: Program = async (p) => {
  const options = parseOptions(p.argv.slice(1))
  if (typeof options === 'string') {
    p.stderr.write(`${options}\n`)
    return 1
  }
  if (!options.create && !options.remove) {
    p.stderr.write('You need to specify at least one of --clean, --create or --remove.\n')
    return 1
  }
  const { items, bad } = await readItems(p, options)
  let code = bad ? badData : 0
  for (const pass of options.remove ? [removeFor, applyLine] : [applyLine]) {
    if (pass === applyLine && !options.create) continue
    for (const item of items) if (!(await carriedOut(p, item, pass))) code = code === 0 ? cannotCreate : code
  }
  return code
}

async function carriedOut(
  p: Process,
  item: Item,
  pass: (p: Process, item: Item) => Promise<void>,
): Promise<boolean> {
  try {
    await pass(p, item)
    return true
  } catch (error) {
    if (!isErrno(error)) throw error
    p.stderr.write(`${failure(item, error)}\n`)
    return item.mayFail
  }
}

function failure({ type, path }: Item, error: Errno): string {
  if (error.code === 'ENOTDIR' || error.code === 'EEXIST')
    return `"${path}" already exists and is not a ${'dDvqQe'.includes(type) ? 'directory' : 'file'}.`
  return `Failed to create ${'dDvqQe'.includes(type) ? 'directory or subvolume' : 'file'} "${path}": ${error.message}`
}

async function readItems(p: Process, options: Options): Promise<{ items: Item[]; bad: boolean }> {
  const owned = new Map<string, TmpfilesLine>()
  const items: Item[] = []
  let bad = false
  for (const file of await configuration(p, options.files)) {
    const text = await textOf(p, file)
    for (const { at, parsed } of linesOfFile(file, text ?? '')) {
      const say = (message: string): void => p.stderr.write(`${file}:${at}: ${message}\n`)
      if ('error' in parsed) {
        say(parsed.error)
        bad = true
        continue
      }
      if (parsed.warning !== undefined) say(parsed.warning)
      const { line } = parsed
      if (!isWanted(line, options)) continue
      const resolved = await withIds(p, line)
      if ('error' in resolved) {
        say(resolved.error)
        bad = true
        continue
      }
      const first = takesOwnership(line) ? owned.get(line.path) : undefined
      if (first !== undefined) {
        if (!sayTheSame(first, line)) say(`Duplicate line for path "${line.path}", ignoring.`)
        continue
      }
      if (takesOwnership(line)) owned.set(line.path, line)
      items.push(resolved)
    }
  }
  // Folders before what is in them; lines that adjust come after those that make.
  const late = (item: Item): number => ('zZ'.includes(item.type) ? 1 : 0)
  items.sort((a, b) => late(a) - late(b) || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  return { items, bad }
}

const takesOwnership = ({ type }: TmpfilesLine): boolean => !'zZwe'.includes(type)

const under = (path: string, prefix: string): boolean =>
  path === prefix || path.startsWith(`${prefix.replace(/\/$/, '')}/`)

function isWanted(line: TmpfilesLine, { boot, prefixes, excluded }: Options): boolean {
  if (line.bootOnly && !boot) return false
  if (prefixes.length > 0 && !prefixes.some((prefix) => under(line.path, prefix))) return false
  return !excluded.some((prefix) => under(line.path, prefix))
}

async function withIds(p: Process, line: TmpfilesLine): Promise<Item | { readonly error: string }> {
  const uid = line.user === undefined ? undefined : await uidOf(p.files, line.user)
  if (line.user !== undefined && uid === undefined)
    return { error: `Failed to resolve user '${line.user}': No such process` }
  const gid = line.group === undefined ? undefined : await gidOf(p.files, line.group)
  if (line.group !== undefined && gid === undefined)
    return { error: `Failed to resolve group '${line.group}': No such process` }
  return { ...line, uid, gid }
}

/** The files to read, by name across folders; those named on the command line in their order. */
async function configuration(p: Process, named: readonly string[]): Promise<string[]> {
  const found = new Map<string, string>()
  for (const folder of folders)
    for (const name of await namesIn(p.files, folder))
      if (name.endsWith('.conf') && !found.has(name)) found.set(name, `${folder}/${name}`)
  if (named.length > 0) return named.map((file) => (file.includes('/') ? file : (found.get(file) ?? file)))
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path)
}

async function textOf(p: Process, file: string): Promise<string | undefined> {
  try {
    return await p.files.read(file)
  } catch (error) {
    if (!isErrno(error)) throw error
    p.stderr.write(`Failed to open '${file}': ${error.message}\n`)
    return undefined
  }
}

function parseOptions(words: readonly string[]): Options | string {
  const prefixes: string[] = []
  const excluded: string[] = []
  const files: string[] = []
  const flags = new Set<string>()
  for (const word of words) {
    if (word.startsWith('--prefix=')) prefixes.push(word.slice('--prefix='.length))
    else if (word.startsWith('--exclude-prefix=')) excluded.push(word.slice('--exclude-prefix='.length))
    else if (['--create', '--remove', '--boot'].includes(word)) flags.add(word)
    else if (word.startsWith('-')) return `systemd-tmpfiles: unrecognized option '${word}'`
    else files.push(word)
  }
  return {
    create: flags.has('--create'),
    remove: flags.has('--remove'),
    boot: flags.has('--boot'),
    prefixes,
    excluded,
    files,
  }
}
