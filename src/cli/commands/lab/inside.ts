import { textOfBytes } from '#base/bytes.ts'
import { Trouble } from '#base/trouble.ts'
import type { AddCommand } from '#cli/commands/index.ts'
import { labNamed, withName } from '#cli/commands/lab/name.ts'
import { type Io, writeBytes } from '#cli/io.ts'
import type { Tool } from '#lab/kubectl/tool.ts'
import { openRemote } from '#lab/serve/session-client.ts'

/** `lab exec`, `lab shell`: root on a lab's node. `lab kubectl`, `lab oc`, `lab ibmcloud`: its cluster's and its provider's commands. */
export const addLabInside: AddCommand = (lab, io, exit) => {
  withName(lab.command('exec'))
    .argument('<node>')
    .argument('[command...]', 'after --; one word is run by the shell')
    .option('-c, --script <script>', 'a script for the shell, instead of a command')
    .option('-i, --stdin', 'hand on standard input, to its end', false)
    .description(
      "run a command as root on a lab's node; output comes as it is written, its exit code is ours",
    )
    .allowUnknownOption() // of the command; ours are known wherever they stand before --
    .addHelpText(
      'after',
      "\nExamples:\n  ninelives lab exec k8s-worker-03 -- ls -ld /run/calico\n  ninelives lab exec k8s-worker-03 -- 'ip route | grep bird'\n  ninelives lab exec k8s-worker-03 -- journalctl -fu kubelet\n  printf 'd /run/calico 0755 10001 0 -\\n' | ninelives lab exec -i k8s-worker-03 -- tee /etc/tmpfiles.d/00-platform-calico.conf",
    )
    .action(async (node: string, command: readonly string[], { name, stdin, script }: ExecOptions) => {
      const { endOf, feed, outputs } = await import('#cli/commands/lab/shell.ts')
      const { record } = labNamed(name, io)
      const session = openRemote(record, { node, argv: argvOf(command, script), ...outputs(io) })
      if (stdin) feed(io, session)
      else session.endInput()
      exit(await endOf(session, io))
    })

  /** A command of another program, whose words come after `--`. */
  const program = (name: string, says: string, examples: readonly string[]) =>
    withName(lab.command(name))
      .argument('[words...]', `as they follow \`${name}\`, after --`)
      .description(says)
      .allowUnknownOption() // of the command
      .addHelpText('after', `\nExamples:\n${examples.map((each) => `  ${each}`).join('\n')}`)

  program('kubectl', "kubectl, for those who have none installed: an engineer's commands, flags and words", [
    'ninelives lab kubectl -- get pods -A -o wide',
    'ninelives lab kubectl -- -n kube-system logs ds/calico-node --tail=20',
    'ninelives lab kubectl -- drain k8s-worker-03 --ignore-daemonsets',
    'cat deployment.yaml | ninelives lab kubectl -- apply -f -',
  ]).action(async (words: readonly string[], { name }: { name: string }) => {
    const { kubectlTool } = await import('#lab/kubectl/commands.ts')
    exit(await kubectlOn(name, kubectlTool, words, io))
  })

  program('oc', "OpenShift's oc: kubectl's commands, adm, debug node/…, rsh, project, whoami", [
    'ninelives lab oc -- adm drain 10.240.0.11 --ignore-daemonsets',
    'ninelives lab oc -- debug node/10.240.0.11 -- chroot /host crictl ps',
    'ninelives lab oc -- project calico-system',
  ]).action(async (words: readonly string[], { name }: { name: string }) => {
    const { ocTool } = await import('#lab/kubectl/oc/oc.ts')
    exit(await kubectlOn(name, ocTool, words, io))
  })

  program('ibmcloud', "IBM Cloud's command, for the flavours that it runs: workers, master, VLANs, account", [
    'ninelives lab ibmcloud -- ks worker ls --cluster shop',
    'ninelives lab ibmcloud -- ks worker reload --worker 10.176.48.68 -f',
    'ninelives lab ibmcloud -- ks cluster master refresh --cluster shop',
  ]).action(async (words: readonly string[], { name }: { name: string }) => {
    const { code, stdout, stderr } = await labNamed(name, io).cloud(words)
    io.stdout.write(stdout)
    io.stderr.write(stderr)
    exit(code)
  })

  withName(lab.command('shell'))
    .argument('<node>')
    .description("a root shell on a lab's node: prompt, history, Tab, Ctrl-C for what runs, Ctrl-D to leave")
    .addHelpText('after', '\nExamples:\n  ninelives lab shell k8s-worker-03')
    .action(async (node: string, { name }: { name: string }) => {
      const { labShell } = await import('#cli/commands/lab/shell.ts')
      exit(await labShell(labNamed(name, io), { node, io }))
    })
}

/** Carries out a command of kubectl's family on the lab of that name; answers its exit code. */
async function kubectlOn(lab: string, tool: Tool, words: readonly string[], io: Io): Promise<number> {
  const { record } = labNamed(lab, io)
  const [{ servedKubectl }, { LabStates }] = await Promise.all([
    import('#lab/serve/kubectl.ts'),
    import('#lab/serve/state.ts'),
  ])
  const { stdout, stderr, cwd, signal, stdin } = io
  const states = new LabStates(io.env)
  return servedKubectl(words, {
    tool,
    kubeconfig: states.kubeconfig(record.name),
    keep: async (text) => states.keepKubeconfig(record.name, text),
    cwd,
    signal,
    stdout: { write: (text) => void writeBytes(stdout, text) },
    stderr: { write: (text) => void writeBytes(stderr, text) },
    stdin: () => wholeOf(stdin),
    terminal: 'isTTY' in stdin && stdin.isTTY === true,
  })
}

/** Standard input to its end. */
async function wholeOf(stdin: Io['stdin']): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk))
  return textOfBytes(Buffer.concat(chunks))
}

interface ExecOptions {
  readonly name: string
  readonly stdin: boolean
  readonly script?: string
}

/** Several words are run as they are, but by the shell, whose words for a missing command people know. */
function argvOf(command: readonly string[], script: string | undefined): string[] {
  if (script !== undefined) return ['bash', '-c', script, 'bash', ...command]
  if (command.length === 0)
    throw new Trouble('no-command', 'nothing to run was named', {
      hint: 'ninelives lab exec NODE -- COMMAND, or -c SCRIPT; for a shell: ninelives lab shell NODE',
    })
  return command.length === 1
    ? ['bash', '-c', command[0] as string]
    : ['bash', '-c', '"$@"', 'bash', ...command]
}
