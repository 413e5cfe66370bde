/** Somebody wants it to end: Ctrl-C, a closed terminal. Named as what an aborted signal throws. */
export class Interrupted extends Error {
  override readonly name = 'AbortError'
  constructor() {
    super('interrupted')
  }
}
