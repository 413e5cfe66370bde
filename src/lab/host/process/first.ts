import type { Credentials, SpawnOptions } from '#lab/host/ports.ts'
import { imageOf } from '#lab/host/process/execute.ts'
import { baseName } from '#lab/host/process/process.ts'
import type { Space } from '#lab/host/process/space.ts'
import { ProcessState } from '#lab/host/process/state.ts'
import { nowhere, readerOf } from '#lab/host/process/streams.ts'

/** Starts a process without a parent: a machine's or container's PID 1, or what their software puts beside it. Throws Errno. */
export function startWithoutParent(
  space: Space,
  argv: readonly string[],
  o: SpawnOptions & { readonly as: Credentials; readonly env: Readonly<Record<string, string>> },
): ProcessState {
  const { stdin = '', stdout = nowhere, stderr = nowhere, passing = false } = o
  return new ProcessState(space, {
    image: imageOf(space, argv, { credentials: o.as, env: o.env, cwd: o.cwd ?? '/' }),
    stdio: { stdin: typeof stdin === 'object' ? stdin : readerOf(stdin), stdout, stderr },
    name: o.name ?? baseName(argv[0] ?? ''),
    parent: undefined,
    passing,
  })
}
