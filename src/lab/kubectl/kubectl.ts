/**
 * kubectl, whatever carries its requests: the commands, flags and words of 1.31 and 1.32 that an engineer of an incident uses.
 *
 * Not imitated: `--help` and other usage texts, completion, plugins, kustomize, `config`, `edit`, `attach`,
 * `proxy`, `port-forward`; the cache of discovery; OpenAPI, whose place for merges in `apply` the server's own rules take.
 *
 * @see kubernetes/kubectl:pkg/cmd
 */
import { commandNamed, kubectlTool } from '#lab/kubectl/commands.ts'
import { parseFlags } from '#lab/kubectl/flags.ts'
import { Interrupted, type KubectlPorts } from '#lab/kubectl/ports.ts'
import { globalFlags, runOf } from '#lab/kubectl/run.ts'
import { inNameOf, type Tool } from '#lab/kubectl/tool.ts'
import { errorText, exitCode, HalfPrinted } from '#lab/kubectl/trouble.ts'

/** Carries out what stands after `kubectl`; answers its exit code. Bugs reject; everything else is said on stderr. */
export const kubectl = (argv: readonly string[], ports: KubectlPorts): Promise<number> =>
  runTool(kubectlTool, argv, ports)

/** The same for any program of the family. */
export async function runTool(tool: Tool, argv: readonly string[], ports: KubectlPorts): Promise<number> {
  try {
    const { command, words } = commandNamed(tool, argv)
    const known = [...command.flags, ...globalFlags]
    const flags = parseFlags(words, known, command.name, { toFirst: command.wordsAfterFirst })
    await command.run(runOf(command.name, flags, ports))
    return 0
  } catch (error) {
    if (error instanceof Interrupted) return 130
    if (error instanceof HalfPrinted) ports.stdout.write(error.printed)
    const text = errorText(error, ports.api.server)
    if (text !== '') ports.stderr.write(`${inNameOf(tool, text)}\n`)
    return exitCode(error)
  }
}
