import { elementsOf } from '#lab/host/shell/arrays.ts'
import type { Builtin } from '#lab/host/shell/builtins.ts'
import type { Shell } from '#lab/host/shell/state.ts'

const options: Readonly<Record<string, 'errexit' | 'nounset' | 'xtrace'>> = {
  e: 'errexit',
  u: 'nounset',
  x: 'xtrace',
  errexit: 'errexit',
  nounset: 'nounset',
  xtrace: 'xtrace',
}

/** `set -eux`, `set -o pipefail`, `set -- WORDS`; alone it lists the variables. */
export const setBuiltin: Builtin = async (shell, args, io) => {
  if (args.length === 0)
    for (const [name, value] of [...shell.variables].sort(([a], [b]) => (a < b ? -1 : 1)))
      io.stdout.write(`${name}=${elementsOf(value).join(' ')}\n`)
  const left = [...args]
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word === '--' || !/^[-+]./.test(word)) {
      shell.positional = word === '--' ? left : [word, ...left]
      return 0
    }
    if (!applyFlags(shell, word, word.endsWith('o') ? left.shift() : undefined)) {
      io.stderr.write(`${shell.name}: set: ${word}: invalid option\n`)
      return 2
    }
  }
  return 0
}

/** `-eu`, `+x`, `-euo pipefail`; answers false for an option nobody knows. */
export function applyFlags(shell: Shell, word: string, named: string | undefined): boolean {
  const on = word.startsWith('-')
  for (const letter of word.slice(1)) {
    const key = letter === 'o' ? (named ?? '') : letter
    if (key === 'pipefail') shell.pipefail = on
    else if (options[key] !== undefined) shell[options[key]] = on
    else if (!'afhmnvCbBpo'.includes(letter)) return false
  }
  return true
}
