import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { bytesOfText, textOfBytes } from '#base/bytes.ts'
import { wallClock } from '#base/clock.ts'
import type { Writer } from '#lab/host/ports.ts'
import { runTool } from '#lab/kubectl/kubectl.ts'
import { Interrupted, NoFile } from '#lab/kubectl/ports.ts'
import type { Tool } from '#lab/kubectl/tool.ts'
import { ownContext } from '#lab/serve/kubectl-context.ts'
import { servedDoor } from '#lab/serve/kubectl-door.ts'

/** What this kubectl says it is. */
const version = '1.32.4'

export interface ServedKubectlOptions {
  readonly tool: Tool
  /** The text of the lab's kubeconfig. */
  readonly kubeconfig: string
  /** Keeps another text of it. */
  readonly keep: (kubeconfig: string) => Promise<void>
  /** Where paths begin. */
  readonly cwd: string
  readonly stdout: Writer
  readonly stderr: Writer
  readonly stdin: () => Promise<string>
  readonly terminal: boolean
  /** Ctrl-C. */
  readonly signal: AbortSignal
}

/**
 * kubectl (or oc) for a served lab, for people who have none installed: the words that stand after `kubectl`. Answers its exit code;
 * time is the wall clock's, as an installed one's would be.
 */
export function servedKubectl(words: readonly string[], o: ServedKubectlOptions): Promise<number> {
  const { tool, kubeconfig, signal, cwd, stdout, stderr, stdin, terminal } = o
  const context = ownContext(kubeconfig, o.keep)
  return runTool(tool, words, {
    api: servedDoor({ kubeconfig, signal, clock: wallClock }),
    namespace: context.namespace ?? 'default',
    context,
    version,
    stdout,
    stderr,
    stdin,
    terminal,
    read: (path) => fileText(resolve(cwd, path)),
    write: (path, text) => writeText(resolve(cwd, path), text),
    patience: { followMs: Number.POSITIVE_INFINITY, waitMs: Number.POSITIVE_INFINITY },
    nowMs: () => wallClock.now(),
    sleep: (ms) =>
      wallClock.sleep(ms, { signal }).catch((error: unknown) => {
        throw signal.aborted ? new Interrupted('Ctrl-C') : error
      }),
  })
}

const fileText = (path: string): Promise<string> => readFile(path).then(textOfBytes).catch(noFile)

async function writeText(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true }).catch(noFile)
  await writeFile(path, bytesOfText(text)).catch(noFile)
}

function noFile(error: unknown): never {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') throw new NoFile('no such file or directory')
  if (code === 'EACCES') throw new NoFile('permission denied')
  if (code === 'EISDIR') throw new NoFile('is a directory')
  throw error
}
