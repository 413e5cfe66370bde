/** `/usr/bin/kubectl` on a machine: the same commands, with the machine's files, clock, network and kubeconfig. */
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { readAll } from '#lab/host/process/streams.ts'
import { commandNamed, kubectlTool } from '#lab/kubectl/commands.ts'
import { parseFlags } from '#lab/kubectl/flags.ts'
import { contextOf } from '#lab/kubectl/kubeconfig.ts'
import { kubectl } from '#lab/kubectl/kubectl.ts'
import { type KubectlPorts, NoFile } from '#lab/kubectl/ports.ts'
import { processDoor } from '#lab/kubectl/process-door.ts'
import { globalFlags } from '#lab/kubectl/run.ts'
import { KubectlError } from '#lab/kubectl/trouble.ts'

export const kubectlProgram: Program = async (p) => {
  const words = p.argv.slice(1)
  try {
    return await kubectl(words, await portsOf(p, words))
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error
    p.stderr.write(`error: ${error.message}\n`)
    return error.code
  }
}

async function portsOf(p: Process, words: readonly string[]): Promise<KubectlPorts> {
  const context = await contextOf(p, flagsOf(words))
  return {
    api: processDoor(p, context),
    namespace: context.namespace,
    version: p.version.replace(/^v/, ''),
    stdout: p.stdout,
    stderr: p.stderr,
    stdin: () => readAll(p),
    terminal: p.stdin.terminal === true,
    read: (path) => read(p, path),
    write: (path, text) => write(p, path, text),
    // Whoever has enough of it ends the process.
    patience: { followMs: Number.POSITIVE_INFINITY, waitMs: Number.POSITIVE_INFINITY },
    nowMs: () => p.now(),
    sleep: (ms) => p.sleep(ms),
  }
}

/** The flags that say whom to ask; a command line that is wrong is told later. */
function flagsOf(words: readonly string[]): ReturnType<typeof parseFlags> {
  try {
    const { command, words: rest } = commandNamed(kubectlTool, words)
    return parseFlags(rest, [...command.flags, ...globalFlags], command.name)
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error
    return parseFlags([], [], '')
  }
}

async function read(p: Process, path: string): Promise<string> {
  try {
    return await p.files.read(path)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new NoFile(error.message.toLowerCase())
  }
}

async function write(p: Process, path: string, text: string): Promise<void> {
  try {
    const folder = path.slice(0, Math.max(0, path.lastIndexOf('/')))
    if (folder !== '') await p.files.mkdir(folder, { parents: true })
    await p.files.write(path, text)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new NoFile(error.message.toLowerCase())
  }
}

export const kubectlPrograms: Readonly<Record<string, Program>> = { kubectl: kubectlProgram }
