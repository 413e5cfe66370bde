/** Throws when a claim that only a bug can break does not hold. Never use it for trouble that users can cause. */
export function assert(claim: unknown, says: string): asserts claim {
  if (!claim) throw new Error(`assertion failed: ${says}`)
}

/** The value, when it is there; throws (a bug) when it is not. */
export function present<T>(value: T | undefined | null, says: string): T {
  assert(value !== undefined && value !== null, says)
  return value
}

/** Closes a `switch` over a union: the compiler refuses a case that was forgotten. */
export function unreachable(value: never): never {
  throw new Error(`assertion failed: unexpected ${JSON.stringify(value)}`)
}
