import { Trouble } from '#base/trouble.ts'

/** The `-o` value, when the command has that format. */
export function checkedFormat<F extends string>(value: string, formats: readonly F[]): F {
  const found = formats.find((each) => each === value)
  if (found !== undefined) return found
  throw new Trouble('unknown-format', `no output format "${value}"`, {
    hint: `one of: ${formats.join(', ')}`,
  })
}
