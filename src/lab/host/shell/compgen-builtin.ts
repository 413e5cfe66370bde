import { isErrno } from '#lab/host/ports.ts'
import { defaultPath } from '#lab/host/process/execute.ts'
import type { Io } from '#lab/host/shell/io.ts'
import type { Shell } from '#lab/host/shell/state.ts'

/** compgen: `-f` files, `-d` folders, `-c` commands that begin with a word, one a line; 1 when there is none. */
export async function compgenBuiltin(
  shell: Shell,
  args: readonly string[],
  { io, own }: { readonly io: Io; readonly own: readonly string[] },
): Promise<number> {
  const [how = '-f', ...rest] = args
  const word = rest.filter((each) => each !== '--')[0] ?? ''
  const names = how === '-c' ? await commandsFor(shell, word, own) : await filesFor(shell, word, how === '-d')
  for (const name of names) io.stdout.write(`${name}\n`)
  return names.length > 0 ? 0 : 1
}

async function filesFor(shell: Shell, word: string, foldersOnly: boolean): Promise<string[]> {
  const at = word.lastIndexOf('/') + 1
  const folder = word.slice(0, at)
  const entries = await listed(shell, folder === '' ? shell.cwd : shell.path(folder))
  return entries
    .filter(({ name, kind }) => name.startsWith(word.slice(at)) && (!foldersOnly || kind === 'directory'))
    .map(({ name }) => `${folder}${name}`)
}

async function commandsFor(shell: Shell, word: string, own: readonly string[]): Promise<string[]> {
  const names = new Set([...own, ...shell.functions.keys()].filter((name) => name.startsWith(word)))
  for (const folder of (shell.text('PATH') ?? defaultPath).split(':'))
    for (const { name } of await listed(shell, folder)) if (name.startsWith(word)) names.add(name)
  return [...names].sort()
}

async function listed(
  shell: Shell,
  folder: string,
): Promise<readonly { readonly name: string; readonly kind: string }[]> {
  try {
    return await shell.p.files.list(folder)
  } catch (error) {
    if (isErrno(error)) return []
    throw error
  }
}
