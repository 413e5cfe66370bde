import { EvaluationError } from '@marcbachmann/cel-js'

/** Fails the expression that comes to it. */
export function fail(message: string): never {
  throw new EvaluationError(message)
}
