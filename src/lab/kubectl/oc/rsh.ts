/** `oc rsh`: openshift/oc:pkg/cli/rsh/rsh.go. Not imitated: a terminal; without a command it runs what is typed into it. */
import { execIn } from '#lab/kubectl/commands/exec.ts'
import { bool, duration, text } from '#lab/kubectl/flags.ts'
import type { Command } from '#lab/kubectl/run.ts'
import { fileFlags } from '#lab/kubectl/run.ts'
import { KubectlError } from '#lab/kubectl/trouble.ts'

export const rsh: Command = {
  name: 'rsh',
  flags: [
    bool('tty', 't'),
    bool('no-tty', 'T'),
    text('shell'),
    text('container', 'c'),
    duration('timeout'),
    ...fileFlags,
  ],
  wordsAfterFirst: true,
  run: async (run) => {
    const [pod, ...words] = run.args
    if (pod === undefined)
      throw new KubectlError("rsh requires a single Pod to connect to\nSee 'oc rsh -h' for help and examples")
    if (run.flags.on('tty') && run.flags.on('no-tty'))
      throw new KubectlError("you may not specify -t and -T together\nSee 'oc rsh -h' for help and examples")
    const command = words.length > 0 ? words : [run.flags.text('shell') ?? '/bin/sh']
    // Who sits at a terminal types nothing into a command that was named.
    const typed = words.length === 0 || !run.ports.terminal
    await execIn(run, { pod, command, stdin: typed ? await run.ports.stdin() : undefined })
  },
}
