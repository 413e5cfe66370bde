import type { Redirection } from 'unbash'
import { isErrno } from '#lab/host/ports.ts'
import type { Io } from '#lab/host/shell/io.ts'
import { withRedirects } from '#lab/host/shell/redirect.ts'
import { Leave, type Shell } from '#lab/host/shell/state.ts'

/** `exec COMMAND` takes the shell's place; `exec` with nothing but redirections changes the shell's own streams. */
export function execBuiltin(
  shell: Shell,
  o: { readonly argv: readonly string[]; readonly redirects: readonly Redirection[]; readonly io: Io },
): Promise<number> {
  return withRedirects(shell, o.redirects, o.io, async (inner) => {
    if (o.argv.length === 0) {
      Object.assign(o.io, inner)
      return 0
    }
    try {
      return shell.p.exec(o.argv, {
        env: shell.environment(),
        cwd: shell.cwd,
        stdin: inner.stdin,
        stdout: inner.stdout,
        stderr: inner.stderr,
      })
    } catch (error) {
      if (!isErrno(error)) throw error
      const missing = error.code === 'ENOENT' && !o.argv[0]?.includes('/')
      inner.stderr.write(`${shell.name}: exec: ${o.argv[0]}: ${missing ? 'not found' : error.message}\n`)
      throw new Leave('exit', error.code === 'ENOENT' ? 127 : 126)
    }
  })
}
