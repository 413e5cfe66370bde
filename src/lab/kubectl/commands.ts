/** Which commands there are, and what is said of those that there are not. */
import { apply, viewLastApplied } from '#lab/kubectl/commands/apply.ts'
import { canI, whoAmI } from '#lab/kubectl/commands/auth.ts'
import { approve, deny } from '#lab/kubectl/commands/certificate.ts'
import { cordon, uncordon } from '#lab/kubectl/commands/cordon.ts'
import { cp } from '#lab/kubectl/commands/cp.ts'
import { createFile, replace } from '#lab/kubectl/commands/create-file.ts'
import { debug } from '#lab/kubectl/commands/debug.ts'
import { remove } from '#lab/kubectl/commands/delete.ts'
import { describe } from '#lab/kubectl/commands/describe.ts'
import { diff } from '#lab/kubectl/commands/diff.ts'
import { drain } from '#lab/kubectl/commands/drain.ts'
import { events } from '#lab/kubectl/commands/events.ts'
import { exec } from '#lab/kubectl/commands/exec.ts'
import { explain } from '#lab/kubectl/commands/explain.ts'
import { get } from '#lab/kubectl/commands/get.ts'
import { annotate, label } from '#lab/kubectl/commands/label.ts'
import { logs } from '#lab/kubectl/commands/logs.ts'
import { patch } from '#lab/kubectl/commands/patch.ts'
import { refusal } from '#lab/kubectl/commands/refused.ts'
import { rollout } from '#lab/kubectl/commands/rollout.ts'
import { expose, runPod } from '#lab/kubectl/commands/run-pod.ts'
import { scale } from '#lab/kubectl/commands/scale.ts'
import { apiResources, apiVersions, clusterInfo, tops, version } from '#lab/kubectl/commands/server.ts'
import { setEnv, setImage } from '#lab/kubectl/commands/set.ts'
import { taint } from '#lab/kubectl/commands/taint.ts'
import { wait } from '#lab/kubectl/commands/wait.ts'
import { dataCommands } from '#lab/kubectl/create/data.ts'
import { createIngress } from '#lab/kubectl/create/ingress.ts'
import { accessCommands } from '#lab/kubectl/create/rbac.ts'
import { secretCommands } from '#lab/kubectl/create/secret.ts'
import { workloadCommands } from '#lab/kubectl/create/workload.ts'
import type { Command } from '#lab/kubectl/run.ts'
import type { Tool } from '#lab/kubectl/tool.ts'
import { KubectlError } from '#lab/kubectl/trouble.ts'

const commands: readonly Command[] = [
  annotate,
  apiResources,
  apiVersions,
  apply,
  approve,
  viewLastApplied,
  canI,
  whoAmI,
  clusterInfo,
  cordon,
  cp,
  createFile,
  ...dataCommands,
  ...secretCommands,
  createIngress,
  ...workloadCommands,
  ...accessCommands,
  debug,
  deny,
  remove,
  describe,
  diff,
  drain,
  events,
  exec,
  explain,
  expose,
  get,
  label,
  logs,
  patch,
  replace,
  ...rollout,
  runPod,
  scale,
  setEnv,
  setImage,
  taint,
  ...tops,
  uncordon,
  version,
  wait,
]

export const kubectlTool: Tool = { name: 'kubectl', commands, refusal }

/** The command that the words begin with; flags may stand before it. Throws for one that there is not. */
export function commandNamed(
  { name: program, commands, refusal }: Tool,
  argv: readonly string[],
): {
  readonly command: Command
  readonly words: readonly string[]
} {
  const at = firstWord(argv)
  const typed = argv.slice(at)
  const [first] = typed
  if (first === undefined)
    throw new KubectlError(
      `no command was given: ${program} get, describe, logs, exec, apply, drain, rollout, …`,
    )
  // The longest name that fits: `create secret generic` before `create`.
  for (const length of [3, 2, 1]) {
    const name = typed.slice(0, length).join(' ')
    const command = commands.find((each) => each.name === name || each.aliases?.includes(name))
    if (command !== undefined) return { command, words: [...argv.slice(0, at), ...typed.slice(length)] }
  }
  throw refusal(first) ?? unknown(commands, typed)
}

/** Of a family (`rollout`), or at all. */
function unknown(commands: readonly Command[], [first = '', second]: readonly string[]): KubectlError {
  if (!commands.some(({ name }) => name.startsWith(`${first} `)))
    return new KubectlError(`unknown command ${JSON.stringify(first)} for "kubectl"`)
  const what =
    second === undefined || second.startsWith('-')
      ? 'a subcommand is needed'
      : `unknown command ${JSON.stringify(second)}`
  return new KubectlError(`${what}\nSee 'kubectl ${first} -h' for help and examples`)
}

/** Global flags with a value that may stand before the command. */
const valued =
  /^(?:-n|-s|-v|--(?:namespace|server|kubeconfig|context|as|as-group|token|user|cluster|request-timeout))$/

function firstWord(argv: readonly string[]): number {
  let at = 0
  while (argv[at]?.startsWith('-')) at += valued.test(argv[at] ?? '') ? 2 : 1
  return at
}
