/** RFC 6902 JSON patch. */
import { isObject } from '#lab/api/json.ts'
import { deepEqual } from '#lab/api/patch/merge.ts'
import { badRequest, Refusal } from '#lab/api/status.ts'

/** staging:apiserver/pkg/endpoints/handlers/patch.go: what a patch that cannot be applied is answered with. */
const rejected = (): Refusal =>
  new Refusal(422, 'Invalid', 'the server rejected our request due to an error in our request', {})

/**
 * Applies the operations in order to a copy. Throws Invalid (422) when a `test` fails or a path is not there,
 * BadRequest when the patch is no list of operations.
 */
export function jsonPatch(target: unknown, operations: unknown): unknown {
  if (!Array.isArray(operations))
    throw badRequest('json: cannot unmarshal object into Go value of type jsonpatch.Patch')
  if (operations.length > 10_000)
    throw new Refusal(
      413,
      'RequestEntityTooLarge',
      `Request entity too large: The allowed maximum operations in a JSON patch is 10000, got ${operations.length}`,
    )
  return operations.reduce<unknown>((document, operation) => apply(document, operation), target)
}

function apply(document: unknown, operation: unknown): unknown {
  if (!isObject(operation) || typeof operation.path !== 'string') throw badRequest('Unexpected kind: unknown')
  const path = pointer(operation.path)
  const value = (): unknown => operation.value
  const from = (): readonly string[] => {
    if (typeof operation.from !== 'string') throw rejected()
    return pointer(operation.from)
  }
  switch (operation.op) {
    case 'add':
      return add(document, path, value())
    case 'remove':
      return remove(document, path)
    case 'replace':
      read(document, path)
      return replace(document, path, value())
    case 'move':
      return add(remove(document, from()), path, read(document, from()))
    case 'copy':
      return add(document, path, read(document, from()))
    case 'test':
      if (!deepEqual(readOrNull(document, path), value() ?? null)) throw rejected()
      return document
    default:
      throw badRequest(`Unexpected kind: ${String(operation.op)}`)
  }
}

const pointer = (text: string): readonly string[] =>
  text === ''
    ? []
    : text
        .slice(1)
        .split('/')
        .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))

function child(parent: unknown, key: string): unknown {
  if (Array.isArray(parent)) {
    const index = Number(key)
    if (!Number.isInteger(index) || index < 0 || index >= parent.length) throw rejected()
    return parent[index]
  }
  if (!isObject(parent) || !(key in parent)) throw rejected()
  return parent[key]
}

const read = (document: unknown, path: readonly string[]): unknown => path.reduce(child, document)

function readOrNull(document: unknown, path: readonly string[]): unknown {
  try {
    return read(document, path)
  } catch {
    return null // a test against null holds where nothing is
  }
}

/** Rebuilds the way to `path` and lets `change` edit a copy of the last container on it. */
function edit(
  document: unknown,
  path: readonly string[],
  change: (container: unknown, key: string) => unknown,
): unknown {
  const [head, ...rest] = path
  if (head === undefined) throw rejected()
  if (rest.length === 0) return change(document, head)
  return put(document, head, edit(child(document, head), rest, change))
}

function put(container: unknown, key: string, value: unknown): unknown {
  if (Array.isArray(container)) return container.with(Number(key), value)
  if (isObject(container)) return { ...container, [key]: value }
  throw rejected()
}

function add(document: unknown, path: readonly string[], value: unknown): unknown {
  if (path.length === 0) return value
  return edit(document, path, (container, key) => {
    if (!Array.isArray(container)) return put(container, key, value)
    const index = key === '-' ? container.length : Number(key)
    if (!Number.isInteger(index) || index < 0 || index > container.length) throw rejected()
    return container.toSpliced(index, 0, value)
  })
}

function replace(document: unknown, path: readonly string[], value: unknown): unknown {
  return path.length === 0 ? value : edit(document, path, (container, key) => put(container, key, value))
}

function remove(document: unknown, path: readonly string[]): unknown {
  return edit(document, path, (container, key) => {
    child(container, key)
    if (Array.isArray(container)) return container.toSpliced(Number(key), 1)
    const { [key]: _gone, ...rest } = container as Record<string, unknown> // child() has seen that it is one
    return rest
  })
}
