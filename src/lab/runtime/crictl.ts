import { rfc3339 } from '#base/clock.ts'
import type { Process, Program } from '#lab/host/ports.ts'
import { CriError } from '#lab/runtime/cri-error.ts'
import { fullImageName, imageId } from '#lab/runtime/images.ts'
import { runtimeOf } from '#lab/runtime/install.ts'
import type { ContainerRuntime } from '#lab/runtime/runtime.ts'

/** `crictl ps [-a] | pods | images | logs ID`. Not imitated: every other command and flag. */
export const crictl: Program = async (p) => {
  const { runtime } = runtimeOf(p)
  const [, command = '', ...rest] = p.argv
  const run = commands[command]
  if (run === undefined) {
    p.stderr.write(`No help topic for '${command}'\n`)
    return 3
  }
  try {
    return run(p, runtime, rest)
  } catch (error) {
    if (!(error instanceof CriError)) throw error
    p.stderr.write(`FATA[0000] validate service connection: ${error.message}\n`)
    return 1
  }
}

type Command = (p: Process, runtime: ContainerRuntime, rest: readonly string[]) => number

const commands: Readonly<Record<string, Command>> = {
  ps: (p, runtime, rest) => {
    const all = rest.includes('-a')
    const rows = runtime
      .containers()
      .filter(({ state }) => all || state === 'running')
      .map((each) => [
        each.id.slice(0, 13),
        each.image,
        rfc3339(each.createdMs),
        each.state === 'running' ? 'Running' : each.state === 'created' ? 'Created' : 'Exited',
        each.name,
        String(each.attempt),
        each.sandboxId.slice(0, 13),
        each.pod.name,
      ])
    return table(p, ['CONTAINER', 'IMAGE', 'CREATED', 'STATE', 'NAME', 'ATTEMPT', 'POD ID', 'POD'], rows)
  },
  pods: (p, runtime) => {
    const rows = runtime
      .sandboxes()
      .map(({ id, createdMs, ready, pod, attempt }) => [
        id.slice(0, 13),
        rfc3339(createdMs),
        ready ? 'Ready' : 'NotReady',
        pod.name,
        pod.namespace,
        String(attempt),
        '(default)',
      ])
    return table(p, ['POD ID', 'CREATED', 'STATE', 'NAME', 'NAMESPACE', 'ATTEMPT', 'RUNTIME'], rows)
  },
  images: (p, runtime) => {
    const rows = runtime.images.list().map(({ name, sizeBytes }) => {
      const full = fullImageName(name)
      const at = full.lastIndexOf(':')
      const digest = imageId(name).split('@sha256:')[1] ?? ''
      return [full.slice(0, at), full.slice(at + 1), digest.slice(0, 13), `${(sizeBytes / 1e6).toFixed(1)}MB`]
    })
    return table(p, ['IMAGE', 'TAG', 'IMAGE ID', 'SIZE'], rows)
  },
  logs: (p, runtime, [id = '']) => {
    const found = runtime.containers().find((each) => id !== '' && each.id.startsWith(id))
    if (found === undefined) {
      p.stderr.write(
        `FATA[0000] rpc error: code = NotFound desc = an error occurred when try to find container "${id}": not found\n`,
      )
      return 1
    }
    for (const { text, stream } of found.log.lines()) p[stream].write(`${text}\n`)
    return 0
  },
}

function table(p: Process, head: readonly string[], rows: readonly (readonly string[])[]): number {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)) + 3)
  for (const row of all)
    p.stdout.write(
      `${row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('')
        .trimEnd()}\n`,
    )
  return 0
}
