import { z } from 'zod'
import { failed, ok, type Result } from '#base/result.ts'
import { listShape } from '#sources/formats/shapes.ts'
import type { ApiTrouble, CallOptions, ClusterApi } from '#sources/live/api.ts'

export interface ListRequest<Shape extends z.ZodType> {
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly shape: Shape
  /** Pages of 500 at most. More objects than that: the list is cut, and says so. */
  readonly pagesMax?: number
}

export interface Listed<T> {
  readonly items: readonly T[]
  /** false: there are more objects, or some could not be read. */
  readonly whole: boolean
}

/** An object of a kind whose own reader takes it apart. */
export const anyObject = z.looseObject({
  metadata: z.looseObject({ name: z.string(), namespace: z.string().nullish() }),
})

const pageSize = 500

/** All objects of a list, page by page. A trouble on a later page keeps the earlier ones (`whole: false`). */
export async function listObjects<Shape extends z.ZodType>(
  api: ClusterApi,
  { path, query, shape, pagesMax = 20 }: ListRequest<Shape>,
  o: CallOptions,
): Promise<Result<Listed<z.infer<Shape>>, ApiTrouble>> {
  const items: z.infer<Shape>[] = []
  let whole = true
  let token: string | undefined
  for (let page = 0; page < pagesMax; page++) {
    const answer = await api.get(path, {
      ...o,
      query: { ...query, limit: String(pageSize), ...(token === undefined ? {} : { continue: token }) },
    })
    const list = answer.ok ? readList(answer.value) : answer
    if (!list.ok) return page === 0 ? list : ok({ items, whole: false })
    for (const item of list.value.items) {
      const parsed = shape.safeParse(item)
      if (parsed.success) items.push(parsed.data)
      else whole = false
    }
    token = list.value.token
    if (token === undefined) return ok({ items, whole })
  }
  return ok({ items, whole: false })
}

function readList(
  value: unknown,
): Result<{ readonly items: readonly unknown[]; readonly token: string | undefined }, ApiTrouble> {
  const list = listShape.safeParse(value)
  if (!list.success) return failed({ kind: 'garbage', says: 'answered with JSON that is no list of objects' })
  return ok({ items: list.data.items, token: list.data.metadata?.continue || undefined })
}
