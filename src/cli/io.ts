import { bytesOfText } from '#base/bytes.ts'

/** Everything of the outside that a command may use; a test hands in its own. */
export interface Io {
  readonly stdin: NodeJS.ReadStream | NodeJS.ReadableStream
  readonly stdout: Out
  readonly stderr: Out
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Aborted on Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal
}

export interface Out {
  write(text: string | Uint8Array): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

/** What a program on a node has written, to the byte. */
export const writeBytes = (out: Out, text: string): unknown =>
  out.write(text.isWellFormed() ? text : bytesOfText(text))

/** Colour only for people: a terminal, no NO_COLOR, no dumb terminal. */
export const wantsColour = (out: Out, env: Io['env']): boolean =>
  env['NO_COLOR'] === undefined && env['TERM'] !== 'dumb' && out.isTTY === true
