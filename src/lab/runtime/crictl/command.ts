import type { Arguments } from '#lab/host/commands/cli.ts'
import type { Process } from '#lab/host/ports.ts'
import { CriError } from '#lab/runtime/cri-error.ts'
import type { ContainerInstance, Sandbox } from '#lab/runtime/records.ts'
import type { ContainerRuntime } from '#lab/runtime/runtime.ts'

/** One of crictl's commands: answers the exit code. */
export interface CrictlCommand {
  readonly flags?: string
  readonly long?: readonly string[]
  readonly values?: readonly string[]
  run(p: Process, runtime: ContainerRuntime, args: Arguments): Promise<number> | number
}

/** Answers the exit code. */
export function print(p: Process, value: unknown): number {
  p.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`)
  return 0
}

export class UnknownFormat extends Error {
  constructor(format: string) {
    super(`don't know how to print it as ${format}: use json or table`)
  }
}

/** By the beginning of an id. Throws CriError as the runtime does. */
export function containerOf(runtime: ContainerRuntime, id: string): ContainerInstance {
  const found = runtime.containers().find((each) => id !== '' && each.id.startsWith(id))
  if (found !== undefined) return found
  throw new CriError('NotFound', `an error occurred when try to find container "${id}": not found`)
}

export function sandboxOf(runtime: ContainerRuntime, id: string): Sandbox {
  const found = runtime.sandboxes().find((each) => id !== '' && each.id.startsWith(id))
  if (found !== undefined) return found
  throw new CriError('NotFound', `an error occurred when try to find sandbox: not found`)
}
