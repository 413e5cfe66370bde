/** Quantities as resources have them: staging:apiserver/pkg/cel/library/quantity.go (Kubernetes 1.29). */
import type { Environment } from '@marcbachmann/cel-js'
import { fail } from '#lab/api/cel/failure.ts'
import { quantity as amountOf } from '#lab/api/quantity.ts'

class Quantity {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }
}

function quantity(text: string): Quantity {
  const value = amountOf(text)
  if (Number.isNaN(value))
    return fail("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
  return new Quantity(value)
}

/** Sums of decimal fractions to a billionth, the smallest that a quantity holds. */
const nearest = (value: number): Quantity => new Quantity(Number(value.toPrecision(15)))

const amount = (of: Quantity | bigint): number => (of instanceof Quantity ? of.value : Number(of))

export function registerQuantities(environment: Environment): void {
  const type = 'kubernetes.Quantity'
  environment
    .registerType(type, Quantity)
    .registerFunction(`quantity(string): ${type}`, quantity)
    .registerFunction('isQuantity(string): bool', (text: string) => !Number.isNaN(amountOf(text)))
    .registerFunction(`${type}.sign(): int`, ({ value }: Quantity) => BigInt(Math.sign(value)))
    .registerFunction(`${type}.isInteger(): bool`, ({ value }: Quantity) => Number.isInteger(value))
    .registerFunction(`${type}.asInteger(): int`, ({ value }: Quantity) =>
      Number.isInteger(value) ? BigInt(value) : fail('cannot convert value to integer'),
    )
    .registerFunction(`${type}.asApproximateFloat(): double`, ({ value }: Quantity) => value)
    .registerFunction(`${type}.isGreaterThan(${type}): bool`, (a: Quantity, b: Quantity) => a.value > b.value)
    .registerFunction(`${type}.isLessThan(${type}): bool`, (a: Quantity, b: Quantity) => a.value < b.value)
    .registerFunction(`${type}.compareTo(${type}): int`, (a: Quantity, b: Quantity) =>
      BigInt(Math.sign(a.value - b.value)),
    )
    .registerOperator(`${type} == ${type}`, (a: Quantity, b: Quantity) => a.value === b.value)
  for (const other of [type, 'int'])
    environment
      .registerFunction(`${type}.add(${other}): ${type}`, (a: Quantity, b: Quantity | bigint) =>
        nearest(a.value + amount(b)),
      )
      .registerFunction(`${type}.sub(${other}): ${type}`, (a: Quantity, b: Quantity | bigint) =>
        nearest(a.value - amount(b)),
      )
}
