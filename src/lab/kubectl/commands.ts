/** Which commands there are, and what is said of those that there are not. */
import { apply, viewLastApplied } from '#lab/kubectl/commands/apply.ts'
import { cordon, uncordon } from '#lab/kubectl/commands/cordon.ts'
import { createFile, replace } from '#lab/kubectl/commands/create-file.ts'
import { remove } from '#lab/kubectl/commands/delete.ts'
import { drain } from '#lab/kubectl/commands/drain.ts'
import { exec } from '#lab/kubectl/commands/exec.ts'
import { get } from '#lab/kubectl/commands/get.ts'
import { annotate, label } from '#lab/kubectl/commands/label.ts'
import { logs } from '#lab/kubectl/commands/logs.ts'
import { patch } from '#lab/kubectl/commands/patch.ts'
import { rollout } from '#lab/kubectl/commands/rollout.ts'
import { scale } from '#lab/kubectl/commands/scale.ts'
import { taint } from '#lab/kubectl/commands/taint.ts'
import type { Command } from '#lab/kubectl/run.ts'
import { KubectlError } from '#lab/kubectl/trouble.ts'

/** Those of two words before those of one. */
const commands: readonly Command[] = [
  viewLastApplied,
  ...rollout,
  annotate,
  apply,
  cordon,
  createFile,
  remove,
  drain,
  exec,
  get,
  label,
  logs,
  patch,
  replace,
  scale,
  taint,
  uncordon,
]

/** The command that the words begin with; flags may stand before it. Throws for one that there is not. */
export function commandNamed(argv: readonly string[]): {
  readonly command: Command
  readonly words: readonly string[]
} {
  const at = firstWord(argv)
  const first = argv[at]
  if (first === undefined)
    throw new KubectlError('no command was given: kubectl get, describe, logs, exec, …')
  const second = argv[at + 1] ?? ''
  const found = commands.find(({ name, aliases = [] }) =>
    [name, ...aliases].some((each) => each === first || each === `${first} ${second}`),
  )
  if (found === undefined) throw new KubectlError(`unknown command ${JSON.stringify(first)} for "kubectl"`)
  const length = found.name.includes(' ') ? 2 : 1
  return { command: found, words: [...argv.slice(0, at), ...argv.slice(at + length)] }
}

/** Global flags with a value that may stand before the command. */
const valued =
  /^(?:-n|-s|-v|--(?:namespace|server|kubeconfig|context|as|as-group|token|user|cluster|request-timeout))$/

function firstWord(argv: readonly string[]): number {
  let at = 0
  while (argv[at]?.startsWith('-')) at += valued.test(argv[at] ?? '') ? 2 : 1
  return at
}
