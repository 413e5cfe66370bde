import type { AddCommand } from '#cli/commands/index.ts'
import { labNamed, withName } from '#cli/commands/lab/name.ts'
import type { Io } from '#cli/io.ts'

/** `lab exec`, `lab shell`: root on a lab's node. */
export const addLabInside: AddCommand = (lab, io, exit) => {
  withName(lab.command('exec'))
    .argument('<node>')
    .argument('<command...>', 'after --; one word is run by the shell')
    .option('-i, --stdin', 'hand on standard input, to its end', false)
    .description("run a command as root on a lab's node; its exit code is ours")
    .allowUnknownOption() // of the command; ours are known wherever they stand before --
    .addHelpText(
      'after',
      "\nExamples:\n  ninelives lab exec k8s-worker-03 -- ls -ld /run/calico\n  ninelives lab exec k8s-worker-03 -- 'ip route | grep bird'\n  printf 'd /run/calico 0755 10001 0 -\\n' | ninelives lab exec -i k8s-worker-03 -- tee /etc/tmpfiles.d/00-platform-calico.conf",
    )
    .action(async (node: string, command: readonly string[], { name, stdin }: ExecOptions) => {
      // Several words are run as they are, but by the shell, whose words for a missing command people know.
      const argv =
        command.length === 1
          ? ['bash', '-c', command[0] as string]
          : ['bash', '-c', '"$@"', 'bash', ...command]
      const { code, stdout, stderr } = await labNamed(name, io).exec(
        node,
        argv,
        stdin ? await textOf(io.stdin) : undefined,
      )
      io.stdout.write(stdout)
      io.stderr.write(stderr)
      exit(code)
    })

  withName(lab.command('shell'))
    .argument('<node>')
    .description("a root shell on a lab's node, one line at a time (working directory and $? are kept)")
    .addHelpText('after', '\nExamples:\n  ninelives lab shell k8s-worker-03')
    .action(async (node: string, { name }: { name: string }) => {
      const { labShell } = await import('#cli/commands/lab/shell.ts')
      exit(await labShell(labNamed(name, io), { node, io }))
    })
}

interface ExecOptions {
  readonly name: string
  readonly stdin: boolean
}

async function textOf(stdin: Io['stdin']): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stdin as AsyncIterable<Buffer | string>)
    chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
  return Buffer.concat(chunks).toString()
}
