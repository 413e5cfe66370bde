import { afterExec } from '#lab/host/credentials.ts'
import { type Credentials, Errno, isErrno, type SpawnOptions } from '#lab/host/ports.ts'
import type { Space } from '#lab/host/process/space.ts'
import type { Image } from '#lab/host/process/state.ts'
import { mayExecute, permits } from '#lab/host/vfs/permission.ts'
import { builtOf, existing, type Inode, type Mount, sought, type View } from '#lab/host/vfs.ts'

export const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

interface Caller {
  readonly credentials: Credentials
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
}

/**
 * What execve(2) of `argv` would run, and as whom. A file that starts with `#!` is run by its interpreter.
 * Throws ENOENT, EACCES, ENOTDIR, ELOOP, ENOEXEC, EPERM.
 */
export function imageOf(space: Space, argv: readonly string[], caller: Caller): Image {
  const view: View = { mounts: space.mounts, credentials: caller.credentials, cwd: caller.cwd }
  const { pids, machine } = space.system
  if (pids.table.size >= Number(machine.running.sysctls.get('kernel/pid_max'))) throw new Errno('EAGAIN')
  const name = argv[0] ?? ''
  const { inode, path } = executable(view, name, caller.env.PATH ?? defaultPath)
  return imageOfFile(space, { view, inode, path, argv, caller, depth: 0 })
}

interface Attempt {
  readonly view: View
  readonly inode: Inode
  readonly path: string
  readonly argv: readonly string[]
  readonly caller: Caller
  readonly depth: number
}

function imageOfFile(space: Space, attempt: Attempt): Image {
  const { inode, path, argv, caller } = attempt
  const built = builtOf(inode.text)
  if (built === undefined) return interpreted(space, attempt)
  const program = space.system.programs.get(built.program)
  if (program === undefined) throw new Errno('ENOEXEC', path)
  const credentials = afterExec(caller.credentials, inode)
  if (credentials === 'EPERM') throw new Errno('EPERM', path)
  return { program, version: built.version, argv, credentials, env: caller.env, cwd: caller.cwd }
}

const interpretersMax = 4

/** `#!/bin/sh -e`: one word of argument at most, as Linux reads it. */
function interpreted(space: Space, { view, inode, path, argv, caller, depth }: Attempt): Image {
  const [, interpreter, argument] = /^#![ \t]*(\S+)(?:[ \t]+(\S.*?))?[ \t]*(?:\n|$)/.exec(inode.text) ?? []
  if (interpreter === undefined) throw new Errno('ENOEXEC', path)
  if (depth >= interpretersMax) throw new Errno('ELOOP', path)
  const next = executableAt(view, interpreter)
  const words = [interpreter, ...(argument === undefined ? [] : [argument]), path, ...argv.slice(1)]
  return imageOfFile(space, { view, inode: next, path: interpreter, argv: words, caller, depth: depth + 1 })
}

/** Finds it as execvp(3) does: a refusal is remembered while later folders of PATH are tried. */
export function executable(view: View, name: string, searchPath: string): { inode: Inode; path: string } {
  if (name.includes('/')) return { inode: executableAt(view, name), path: name }
  let refusal: Errno | undefined
  for (const folder of searchPath.split(':')) {
    const path = `${folder === '' ? '.' : folder}/${name}`
    try {
      const found = sought(view, path)
      if (found !== undefined) return { inode: executableOf(view, found, path), path }
    } catch (error) {
      if (!isErrno(error)) throw error
      if (error.code === 'EACCES') refusal = error
    }
  }
  throw refusal ?? new Errno('ENOENT', name)
}

const executableAt = (view: View, path: string): Inode => executableOf(view, existing(view, path), path)

function executableOf(
  view: View,
  { inode, mount }: { readonly inode: Inode; readonly mount: Mount },
  path: string,
): Inode {
  if (mount.noExec) throw new Errno('EACCES', path)
  if (inode.kind !== 'file' || !permits(view.credentials, inode, mayExecute)) throw new Errno('EACCES', path)
  return inode
}

/** The caller as the options of a spawn change it. */
export const callerOf = (own: Caller, o: SpawnOptions): Caller => ({
  credentials: o.as ?? own.credentials,
  env: o.env ?? own.env,
  cwd: o.cwd ?? own.cwd,
})
