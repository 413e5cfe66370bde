import { parseTime } from '#base/clock.ts'

/** The fields that have a value: `null` and `undefined` are left out, as `exactOptionalPropertyTypes` wants it. */
export function defined<T extends Record<string, unknown>>(
  fields: T,
): { [K in keyof T as undefined extends T[K] ? never : null extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : null extends T[K] ? K : never]?: NonNullable<T[K]>
} {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null)
  // True by the filter above; Object.fromEntries cannot say so.
  return Object.fromEntries(entries) as ReturnType<typeof defined<T>>
}

/** Milliseconds since 1970 of an API timestamp; `undefined` for none and for what is no time. */
export const atMs = (text: string | null | undefined): number | undefined =>
  typeof text === 'string' ? parseTime(text) : undefined
