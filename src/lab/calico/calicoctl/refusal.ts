/** What is told on stderr and ends the program with 1; `before` is what stdout has of it. */
export class Refusal extends Error {
  readonly before: string

  constructor(message: string, before = '') {
    super(message)
    this.before = before
  }
}
