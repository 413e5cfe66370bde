import { Errno, type Process } from '#lab/host/ports.ts'

/** What a service's `run` script ends in: the program that takes its place, and the environment it gets. */
export interface RunScript {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/**
 * Reads a runit `run` script. The scripts of calico-node do three things: export variables, join stderr to stdout, and
 * `exec` a program (projectcalico/calico:node/filesystem/etc/service/available). Only those are understood; a script
 * is not handed to a shell, because runit starts it again each second while its program dies.
 */
export async function readRunScript(p: Process, path: string, env: Process['env']): Promise<RunScript> {
  if (!(await p.files.access(path, 'x'))) throw new Errno('EACCES', path)
  let vars = env
  let argv: readonly string[] = []
  for (const line of (await p.files.read(path)).split('\n')) {
    const [word = '', ...rest] = line.trim().split(/\s+/)
    if (word === 'export') vars = { ...vars, ...assigned(vars, rest.join(' ')) }
    else if (word === 'exec' && rest[0] !== '2>&1') argv = rest
  }
  if (argv.length === 0) throw new Errno('ENOEXEC', path)
  return { argv, env: vars }
}

/** `NAME=value` or `NAME=$OTHER`. */
function assigned(vars: RunScript['env'], text: string): RunScript['env'] {
  const at = text.indexOf('=')
  const value = text.slice(at + 1)
  return { [text.slice(0, at)]: value.startsWith('$') ? (vars[value.slice(1)] ?? '') : value }
}
