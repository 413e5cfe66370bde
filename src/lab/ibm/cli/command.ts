import type { Words } from '#lab/ibm/cli/words.ts'
import type { IbmAccount } from '#lab/ibm/cloud.ts'
import type { Infrastructure } from '#lab/ibm/infrastructure.ts'
import type { Task } from '#lab/kernel/kernel.ts'

/** One command of `ibmcloud`: what it prints when it succeeds. Throws {@link Refused} otherwise. */
export interface Command {
  /** Options that it does not do without. */
  readonly needs?: readonly string[]
  /** Only on this infrastructure. */
  readonly only?: Infrastructure['provider']
  run(call: Call): Promise<string> | string
}

export interface Call {
  readonly account: IbmAccount
  readonly task: Task
  readonly words: Words
}

export type Commands = Readonly<Record<string, Command>>

/** What the provider does not do; the message follows `FAILED`. */
export class Refused extends Error {
  override readonly name = 'Refused'
}
