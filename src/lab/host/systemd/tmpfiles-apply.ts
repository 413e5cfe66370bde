import { Errno, isErrno, type Process, type Stat } from '#lab/host/ports.ts'
import { glob } from '#lab/host/shell/glob.ts'
import type { Item } from '#lab/host/systemd/tmpfiles.ts'

/** `--create` for one line. Rejects with Errno. */
export async function applyLine(p: Process, item: Item): Promise<void> {
  switch (item.type) {
    case 'd':
    case 'D':
    case 'v':
    case 'q':
    case 'Q':
      return directory(p, item)
    case 'e':
      for (const path of await glob(p.files, item.path)) await adjust(p, item, path)
      return
    case 'f':
    case 'F':
      return file(p, item)
    case 'w':
      for (const path of await glob(p.files, item.path)) await p.files.write(path, unescaped(item.argument))
      return
    case 'L':
      return link(p, item)
    case 'z':
      for (const path of await glob(p.files, item.path)) await adjust(p, item, path)
      return
    case 'Z':
      for (const path of await glob(p.files, item.path)) await adjustAll(p, item, path)
      return
    default:
      return
  }
}

/** `--remove` for one line. */
export async function removeFor(p: Process, item: Item): Promise<void> {
  if (item.type !== 'D' && item.type !== 'r' && item.type !== 'R') return
  for (const path of await glob(p.files, item.path)) {
    if (item.type !== 'D') await p.files.remove(path, { recursive: item.type === 'R' })
    else
      for (const { name } of await p.files.list(path))
        await p.files.remove(`${path}/${name}`, { recursive: true })
  }
}

async function directory(p: Process, item: Item): Promise<void> {
  const before = await lstat(p, item.path)
  if (before === undefined) {
    await p.files.mkdir(item.path, { parents: true, mode: item.mode ?? 0o755 })
    await p.files.chown(item.path, item.uid ?? 0, item.gid ?? 0)
    return
  }
  if (before.kind !== 'directory' && (await p.files.stat(item.path)).kind !== 'directory')
    throw new Errno('EEXIST', item.path)
  await adjust(p, item, item.path)
}

async function file(p: Process, item: Item): Promise<void> {
  const before = await lstat(p, item.path)
  if (before !== undefined && before.kind !== 'file') throw new Errno('EEXIST', item.path)
  if (before === undefined || item.force || item.type === 'F') {
    if (before === undefined) await parent(p, item.path)
    await p.files.write(item.path, unescaped(item.argument))
  }
  if (before === undefined && item.mode === undefined) await p.files.chmod(item.path, 0o644)
  await adjust(p, item, item.path)
}

async function link(p: Process, item: Item): Promise<void> {
  const target = item.argument ?? ''
  const before = await lstat(p, item.path)
  if (before !== undefined) {
    if (!item.force || (before.kind === 'symlink' && (await p.files.readlink(item.path)) === target)) return
    await p.files.remove(item.path, { recursive: true })
  }
  await parent(p, item.path)
  await p.files.symlink(target, item.path)
}

const parent = (p: Process, path: string): Promise<void> =>
  p.files.mkdir(path.slice(0, path.lastIndexOf('/')) || '/', { parents: true })

async function adjust(p: Process, item: Item, path: string): Promise<void> {
  if (item.uid !== undefined || item.gid !== undefined) await p.files.chown(path, item.uid, item.gid)
  if (item.mode !== undefined) await p.files.chmod(path, item.mode)
}

async function adjustAll(p: Process, item: Item, path: string): Promise<void> {
  const stat = await p.files.lstat(path)
  if (stat.kind === 'symlink') return
  await adjust(p, item, path)
  if (stat.kind !== 'directory') return
  for (const { name } of await p.files.list(path)) await adjustAll(p, item, `${path}/${name}`)
}

async function lstat(p: Process, path: string): Promise<Stat | undefined> {
  try {
    return await p.files.lstat(path)
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  }
}

const unescaped = (text: string | undefined): string =>
  (text ?? '').replaceAll('\\n', '\n').replaceAll('%%', '%')
