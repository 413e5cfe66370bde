/** Shapes for what people paste: a part of another type than expected is as if it were not there. */
import { z } from 'zod'

/** Numbers and flags of YAML as the text they are written in: `asNumber: 64512` is a text to us. */
export const text = z
  .union([z.string(), z.number(), z.boolean()])
  .transform(String)
  .optional()
  .catch(undefined)

export const count = z
  .union([
    z.number().int(),
    z
      .string()
      .regex(/^\d{1,9}$/)
      .transform(Number),
  ])
  .optional()
  .catch(undefined)

export const flag = z
  .union([z.boolean(), z.enum(['true', 'false']).transform((word) => word === 'true')])
  .optional()
  .catch(undefined)

/** An item that cannot be read costs itself, not its list. */
export const list = <T extends z.ZodType>(of: T) =>
  z
    .array(z.unknown())
    .catch([])
    .transform((items): readonly z.output<T>[] =>
      items.flatMap((item) => {
        const read = of.safeParse(item)
        return read.success ? [read.data] : []
      }),
    )

export const texts = list(z.union([z.string(), z.number()]).transform(String))

export const part = <T extends z.ZodRawShape>(shape: T) => z.object(shape).optional().catch(undefined)

/** Names to anything. */
export const named = z.record(z.string(), z.unknown()).catch({})

export const metadata = z
  .object({ name: text, namespace: text, labels: named, annotations: named })
  .catch({ labels: {}, annotations: {} })
