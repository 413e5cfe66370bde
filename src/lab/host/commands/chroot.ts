/** `chroot NEWROOT [COMMAND [ARG]...]`: a command that sees another directory as its root (coreutils: src/chroot.c). Not imitated: options. */
import { isErrno, type Program } from '#lab/host/ports.ts'
import { imageOf } from '#lab/host/process/execute.ts'
import { baseName, hostProcess } from '#lab/host/process/process.ts'
import type { Space } from '#lab/host/process/space.ts'
import { childOf } from '#lab/host/process/started-child.ts'
import { ProcessState } from '#lab/host/process/state.ts'
import { existing, MountNamespace } from '#lab/host/vfs.ts'

export const chroot: Program = async (process) => {
  const p = hostProcess(process)
  const [root, ...words] = p.argv.slice(1)
  if (root === undefined) {
    p.stderr.write("chroot: missing operand\nTry 'chroot --help' for more information.\n")
    return 125
  }
  const refuse = (why: string): number => {
    p.stderr.write(`chroot: cannot change root directory to '${root}': ${why}\n`)
    return 125
  }
  if (!p.credentials.effective.has('SYS_CHROOT')) return refuse('Operation not permitted')
  const argv = words.length > 0 ? words : [p.env.SHELL ?? '/bin/sh', '-i']
  const { state } = p
  let space: Space
  try {
    const { mount, inode, names } = existing(state.view, root)
    if (inode.kind !== 'directory') return refuse('Not a directory')
    // What is mounted below goes along: the copy looks children up by their inodes.
    const top = inode === mount.root ? mount : { ...mount, root: inode }
    const rootNames = [...(state.space.rootNames ?? []), ...names]
    space = { ...state.space, mounts: new MountNamespace(top), rootNames }
  } catch (error) {
    if (!isErrno(error)) throw error
    return refuse(error.message)
  }
  try {
    const image = imageOf(space, argv, { credentials: p.credentials, env: p.env, cwd: '/' })
    const stdio = { stdin: p.stdin, stdout: p.stdout, stderr: p.stderr }
    const name = baseName(argv[0] ?? '')
    const child = childOf(new ProcessState(space, { image, stdio, name, parent: state }), space)
    return (await child.exited(p)).code
  } catch (error) {
    if (!isErrno(error)) throw error
    p.stderr.write(`chroot: failed to run command '${argv[0]}': ${error.message}\n`)
    return error.code === 'ENOENT' ? 127 : 126
  }
}
