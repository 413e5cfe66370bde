/** kubectl for a lab's owner, outside: what it asks comes in by the lab's recorded doors, so that a fork has been through the same. */
import type { Output } from '#lab/host/ports.ts'
import { Collector } from '#lab/host/process/streams.ts'
import { kubectlTool } from '#lab/kubectl/commands.ts'
import { runTool } from '#lab/kubectl/kubectl.ts'
import { labDoor } from '#lab/kubectl/lab-door.ts'
import { type KubectlPorts, NoFile, type Patience } from '#lab/kubectl/ports.ts'
import { shellWords } from '#lab/kubectl/shell-words.ts'
import type { Tool } from '#lab/kubectl/tool.ts'
import type { Lab } from '#lab/lab.ts'

export interface LabKubectlOptions {
  /** Standard input, for `apply -f -` and `exec -i`. */
  readonly stdin?: string
  /** Files in the folder where it is typed, by the paths that are typed. */
  readonly files?: Readonly<Record<string, string>>
  /** Of the context. Default `default`. */
  readonly namespace?: string
  /** Which program it is. Default kubectl. */
  readonly tool?: Tool
  /** When somebody presses Ctrl-C: default after a minute of following, and after an hour of waiting for something. */
  readonly patience?: Partial<Patience>
}

/**
 * Runs a kubectl command as the cluster's administrator: words, or a line as it is typed after `kubectl` or `oc` (quotes as in a
 * shell; no pipes, variables or globs). Waits in virtual time. What goes wrong is in the output, with kubectl's exit code.
 */
export async function labKubectl(
  lab: Lab,
  command: string | readonly string[],
  o: LabKubectlOptions = {},
): Promise<Output> {
  const { stdin = '', files = {}, namespace = 'default', tool = kubectlTool } = o
  const patience: Patience = { followMs: 60_000, waitMs: 3_600_000, ...o.patience }
  const stdout = new Collector()
  const stderr = new Collector()
  const ports: KubectlPorts = {
    api: labDoor(lab, patience),
    namespace,
    version: lab.options.kubernetes,
    stdout,
    stderr,
    stdin: async () => stdin,
    terminal: true,
    read: async (path) => {
      const text = files[path]
      if (text === undefined) throw new NoFile('no such file or directory')
      return text
    },
    patience,
    nowMs: () => lab.nowMs,
    sleep: (ms) => lab.advance(ms),
  }
  const words = typeof command === 'string' ? shellWords(command) : command
  const code = await runTool(tool, words, ports)
  return { code, stdout: stdout.text, stderr: stderr.text }
}
