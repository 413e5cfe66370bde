import { createInterface } from 'node:readline/promises'
import type { AddCommand } from '#cli/commands/index.ts'
import { labNamed, withName } from '#cli/commands/lab/name.ts'

/** `lab exec`, `lab shell`: root on a lab's node. */
export const addLabInside: AddCommand = (lab, io, exit) => {
  withName(lab.command('exec'))
    .argument('<node>')
    .argument('<command...>', 'after --; one word is run by the shell')
    .description("run a command as root on a lab's node; its exit code is ours")
    .allowUnknownOption() // of the command; ours are known wherever they stand before --
    .addHelpText(
      'after',
      "\nExamples:\n  ninelives lab exec k8s-worker-03 -- ls -ld /run/calico\n  ninelives lab exec k8s-worker-03 -- 'ip route | grep bird'",
    )
    .action(async (node: string, command: readonly string[], { name }: { name: string }) => {
      // Several words are run as they are, but by the shell, whose words for a missing command people know.
      const argv =
        command.length === 1
          ? ['bash', '-c', command[0] as string]
          : ['bash', '-c', '"$@"', 'bash', ...command]
      const { code, stdout, stderr } = await labNamed(name, io).exec(node, argv)
      io.stdout.write(stdout)
      io.stderr.write(stderr)
      exit(code)
    })

  withName(lab.command('shell'))
    .argument('<node>')
    .description("a root shell on a lab's node, one line at a time (the working directory is kept)")
    .addHelpText('after', '\nExamples:\n  ninelives lab shell k8s-worker-03')
    .action(async (node: string, { name }: { name: string }) => {
      const client = labNamed(name, io)
      await client.exec(node, ['true']) // an unknown node or a powered-off one says so now
      const session = new ShellSession()
      const lines = createInterface({
        input: io.stdin,
        output: io.stdout as NodeJS.WritableStream,
        terminal: io.stdout.isTTY === true,
      })
      io.signal.addEventListener('abort', () => lines.close(), { once: true })
      const prompt = (): void => {
        lines.setPrompt(`[LAB] root@${node}:${session.directory}# `)
        lines.prompt()
      }
      prompt()
      for await (const line of lines) {
        if (/^\s*(exit|logout)\s*$/.test(line)) break
        const { code, stdout, stderr } = await client.exec(node, ['bash', '-c', session.scriptFor(line)])
        io.stdout.write(session.shown(stdout))
        io.stderr.write(stderr)
        exit(code)
        prompt()
      }
      lines.close()
    })
}

/** Carries the working directory from line to line: each line is a shell of its own. */
class ShellSession {
  directory = '/root'
  readonly #mark = '\u0001directory:'

  scriptFor(line: string): string {
    return `cd '${this.directory.replaceAll("'", "'\\''")}' 2>/dev/null\n${line}\nninelives_code=$?\nprintf '${this.#mark}%s' "$PWD"\nexit $ninelives_code`
  }

  shown(stdout: string): string {
    const at = stdout.lastIndexOf(this.#mark)
    if (at < 0) return stdout
    this.directory = stdout.slice(at + this.#mark.length)
    return stdout.slice(0, at)
  }
}
