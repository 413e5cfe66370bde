/** What cel-go's cel/library.go (OptionalTypes) has beyond the library's own. */
import { type Environment, Optional } from '@marcbachmann/cel-js'

const isZero = (value: unknown): boolean => {
  if (value === null || value === '' || value === false || value === 0 || value === 0n) return true
  return (
    typeof value === 'object' &&
    Object.keys(value).length === 0 &&
    Object.getPrototypeOf(value) !== Optional.prototype
  )
}

export function registerOptionals(environment: Environment): void {
  environment.registerFunction(
    'OptionalNamespace.ofNonZeroValue(dyn): optional<dyn>',
    (_: unknown, value: unknown) => (isZero(value) ? Optional.none() : Optional.of(value)),
  )
}
