/**
 * An error that is an answer, such as a refused system call: thrown so often that looking for the stack each time would be
 * felt. It carries none; who is surprised by one wraps it as a `cause`.
 */
export class Quiet extends Error {
  constructor(message: string, options?: ErrorOptions) {
    const frames = Error.stackTraceLimit
    Error.stackTraceLimit = 0
    super(message, options)
    Error.stackTraceLimit = frames
  }
}
