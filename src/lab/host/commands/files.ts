import {
  attempt,
  base,
  done,
  invalidOption,
  join,
  nameOf,
  parseArguments,
  refused,
  say,
} from '#lab/host/commands/cli.ts'
import { changedMode } from '#lab/host/commands/modes.ts'
import { gidOf, uidOf } from '#lab/host/os/accounts.ts'
import { isErrno, type Process, type Program, type Stat } from '#lab/host/ports.ts'
import { hostProcess } from '#lab/host/process/process.ts'
import { link as hardLink, touch as touchFile } from '#lab/host/vfs/operations.ts'

/** chmod(1): octal and symbolic modes, `-R`. */
export const chmod: Program = async (p) => {
  const words = p.argv.slice(1)
  // A mode may look like an option: `chmod -x FILE`.
  const flags = words.filter((word) => /^-[Rvfc]+$|^--recursive$/.test(word))
  const [mode, ...paths] = words.filter((word) => !flags.includes(word) && word !== '--')
  if (mode === undefined || paths.length === 0) {
    say(p, mode === undefined ? 'missing operand' : `missing operand after '${mode}'`)
    return 1
  }
  if (changedMode(mode, 0, false) === undefined) {
    say(p, `invalid mode: '${mode}'`)
    return 1
  }
  const recursive = flags.some((flag) => flag.includes('R') || flag === '--recursive')
  return eachPath(
    p,
    paths,
    recursive,
    async (path, stat) => {
      const next = changedMode(mode, stat.mode, stat.kind === 'directory') ?? stat.mode
      await p.files.chmod(path, next)
    },
    'changing permissions of',
  )
}

/** chown(1): `USER`, `USER:GROUP`, `:GROUP`, numbers or names, `-R`. */
export const chown: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'Rvfh', long: ['--recursive'] })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const [owner, ...paths] = args.operands
  if (owner === undefined || paths.length === 0) {
    say(p, owner === undefined ? 'missing operand' : `missing operand after '${owner}'`)
    return 1
  }
  const isGroup = nameOf(p) === 'chgrp'
  const [, user = '', group = ''] = isGroup ? ['', '', owner] : (/^([^:.]*)(?:[:.](.*))?$/.exec(owner) ?? [])
  const uid = user === '' ? undefined : await uidOf(p.files, user)
  const gid = group === '' ? undefined : await gidOf(p.files, group)
  if (user !== '' && uid === undefined) return refused(p, `invalid user: '${owner}'`)
  if (group !== '' && gid === undefined) return refused(p, `invalid group: '${owner}'`)
  const recursive = args.flags.has('R') || args.flags.has('--recursive')
  const what = isGroup ? 'changing group of' : 'changing ownership of'
  return eachPath(p, paths, recursive, (path) => p.files.chown(path, uid, gid), what)
}

async function eachPath(
  p: Process,
  paths: readonly string[],
  recursive: boolean,
  change: (path: string, stat: Stat) => Promise<void>,
  what: string,
): Promise<number> {
  let code = 0
  for (const path of paths) {
    const stat = await attempt(
      p,
      () => p.files.stat(path),
      ({ message }) => `cannot access '${path}': ${message}`,
    )
    if (stat === undefined) {
      code = 1
      continue
    }
    if (
      !(await done(
        p,
        () => change(path, stat),
        ({ message }) => `${what} '${path}': ${message}`,
      ))
    )
      code = 1
    if (!recursive || stat.kind !== 'directory') continue
    const entries = await attempt(
      p,
      () => p.files.list(path),
      ({ message }) => `cannot read directory '${path}': ${message}`,
    )
    const inside = (entries ?? [])
      .filter(({ kind }) => kind !== 'symlink')
      .map(({ name }) => join(path, name))
    code = Math.max(code, entries === undefined ? 1 : 0, await eachPath(p, inside, true, change, what))
  }
  return code
}

/** mkdir(1): `-p`, `-m MODE`. */
export const mkdir: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), {
    flags: 'pv',
    long: ['--parents'],
    values: ['m', '--mode'],
  })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  if (args.operands.length === 0) return refused(p, 'missing operand')
  const modeWord = args.values.get('m') ?? args.values.get('--mode')
  const mode = modeWord === undefined ? undefined : changedMode(modeWord, 0o777, true)
  if (modeWord !== undefined && mode === undefined) return refused(p, `invalid mode '${modeWord}'`)
  const parents = args.flags.has('p') || args.flags.has('--parents')
  const options = { parents, ...(mode === undefined ? {} : { mode }) }
  let code = 0
  for (const path of args.operands) {
    const made = await done(
      p,
      () => p.files.mkdir(path, options),
      ({ message }) => `cannot create directory '${path}': ${message}`,
    )
    if (!made) code = 1
  }
  return code
}

/** rmdir(1). */
export const rmdir: Program = async (p) => {
  let code = 0
  for (const path of p.argv.slice(1)) {
    const isFolder = async (): Promise<void> => {
      if ((await p.files.lstat(path)).kind !== 'directory') await p.files.list(path)
      await p.files.remove(path)
    }
    if (!(await done(p, isFolder, ({ message }) => `failed to remove '${path}': ${message}`))) code = 1
  }
  return code
}

/** rm(1): `-r`, `-f`. Goes on after what it may not remove. */
export const rm: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'rRfvd', long: ['--recursive', '--force'] })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const force = args.flags.has('f') || args.flags.has('--force')
  const recursive = ['r', 'R', '--recursive'].some((flag) => args.flags.has(flag))
  if (args.operands.length === 0 && !force) return refused(p, 'missing operand')
  let code = 0
  for (const path of args.operands) if (!(await removed(p, path, { recursive, force }))) code = 1
  return code
}

async function removed(
  p: Process,
  path: string,
  o: { readonly recursive: boolean; readonly force: boolean },
): Promise<boolean> {
  try {
    const { kind } = await p.files.lstat(path)
    if (kind === 'directory' && !o.recursive) {
      say(p, `cannot remove '${path}': Is a directory`)
      return false
    }
    let all = true
    if (kind === 'directory' && !(await isEmpty(p, path)))
      for (const { name } of await p.files.list(path)) all = (await removed(p, join(path, name), o)) && all
    if (all) await p.files.remove(path)
    return all
  } catch (error) {
    if (!isErrno(error)) throw error
    if (o.force && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return true
    say(p, `cannot remove '${path}': ${error.message}`)
    return false
  }
}

/** An unreadable folder that is empty can still be removed: rmdir(2) decides. */
async function isEmpty(p: Process, path: string): Promise<boolean> {
  try {
    return (await p.files.list(path)).length === 0
  } catch (error) {
    if (isErrno(error, 'EACCES')) return false
    throw error
  }
}

/** ln(1): `-s`, `-f`, `-n`. */
export const ln: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'sfnvT' })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  const [target, name = base(target ?? '')] = args.operands
  if (target === undefined) return refused(p, 'missing file operand')
  const symbolic = args.flags.has('s')
  const into = !args.flags.has('n') && !args.flags.has('T') && (await isDirectory(p, name))
  const path = into ? join(name, base(target)) : name
  const make = async (): Promise<void> => {
    if (args.flags.has('f')) await p.files.remove(path).catch(ignoreMissing)
    if (symbolic) await p.files.symlink(target, path)
    else hardLink(hostProcess(p).state.view, target, path)
  }
  const kind = symbolic ? 'symbolic' : 'hard'
  return (await done(p, make, ({ message }) => `failed to create ${kind} link '${path}': ${message}`)) ? 0 : 1
}

function ignoreMissing(error: unknown): void {
  if (!isErrno(error, 'ENOENT')) throw error
}

async function isDirectory(p: Process, path: string): Promise<boolean> {
  return (await p.files.exists(path)) && (await p.files.stat(path)).kind === 'directory'
}

/** touch(1): makes files, or gives them the present time. `-c` makes none. */
export const touch: Program = async (p) => {
  const args = parseArguments(p.argv.slice(1), { flags: 'camf', values: ['d', 't', 'r'] })
  if (args.unknown !== undefined) return invalidOption(p, args.unknown)
  let code = 0
  for (const path of args.operands) {
    const change = async (): Promise<void> => {
      if (args.flags.has('c') && !(await p.files.exists(path))) return
      touchFile(hostProcess(p).state.view, path, p.now())
    }
    if (!(await done(p, change, ({ message }) => `cannot touch '${path}': ${message}`))) code = 1
  }
  return code
}
