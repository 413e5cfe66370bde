/**
 * Trouble that a user can cause or meet, told in one line with what to do next.
 * `code` is stable and can be scripted against; `exit` is the process's exit code (design.md section 8).
 */
export class Trouble extends Error {
  readonly code: string
  readonly hint: string | undefined
  readonly exit: number

  constructor(code: string, says: string, o: { hint?: string; exit?: number; cause?: unknown } = {}) {
    super(says, o.cause === undefined ? undefined : { cause: o.cause })
    this.name = 'Trouble'
    this.code = code
    this.hint = o.hint
    this.exit = o.exit ?? 2
  }
}
