import { Trouble } from '#base/trouble.ts'
import { isErrno } from '#lab/host/ports.ts'

/** Why the lab did not do what its owner asked, as it travels. */
export interface Refusal {
  readonly code: string
  readonly message: string
  readonly hint?: string
  readonly exit: number
}

export function refusalOf(error: unknown): Refusal {
  if (error instanceof Trouble) {
    const { code, message, exit, hint } = error
    return { code, message, exit, ...(hint === undefined ? {} : { hint }) }
  }
  if (isErrno(error))
    return { code: error.code, message: `${error.path ?? 'the command'}: ${error.message}`, exit: 2 }
  return { code: 'lab-failed', message: error instanceof Error ? error.message : String(error), exit: 2 }
}
