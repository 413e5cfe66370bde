/** Ends a program of calico-node from anywhere inside it; {@link exiting} turns it into the exit code. */
export class Exit extends Error {
  readonly code: number
  constructor(code: number) {
    super(`exit ${code}`)
    this.code = code
  }
}

/** Runs a program's main part; its result, or the code it exits with. */
export async function exiting(main: () => Promise<number>): Promise<number> {
  try {
    return await main()
  } catch (error) {
    if (error instanceof Exit) return error.code
    throw error
  }
}
