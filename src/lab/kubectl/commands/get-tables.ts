/** What `kubectl get` shows to people: the server's tables, one for each type. */
import { asObject, type JsonObject } from '#lab/api/json.ts'
import { tableAccept } from '#lab/kubectl/client.ts'
import { kindName, pathOf, type Resource } from '#lab/kubectl/discovery.ts'
import { type Choice, pagesOf } from '#lab/kubectl/lists.ts'
import { sortedBy } from '#lab/kubectl/print/sort.ts'
import { aligned, listTabs } from '#lab/kubectl/print/tab-writer.ts'
import { plainTable, type Table, type TableView, tableLines, tableOf } from '#lab/kubectl/print/table.ts'
import type { Run } from '#lab/kubectl/run.ts'
import type { Targets } from '#lab/kubectl/targets.ts'
import { isStatus, KubectlError, throwAll } from '#lab/kubectl/trouble.ts'

export const choiceOf = ({ flags, namespace }: Run): Choice => ({
  namespace: flags.on('all-namespaces') ? undefined : namespace,
  selector: flags.text('selector'),
  fieldSelector: flags.text('field-selector'),
  limit: flags.int('chunk-size') ?? 500,
  ignoreNotFound: flags.on('ignore-not-found'),
})

interface Part {
  readonly resource: Resource
  readonly table: Table
}

export async function showTables(run: Run, targets: Targets): Promise<void> {
  const { flags } = run
  const { parts, errors } = await partsOf(run, targets)
  const sortBy = flags.text('sort-by')
  const blocks = grouped(parts)
    .map(({ resource, table }) => ({
      resource,
      table: sortBy === undefined ? table : sortedTable(table, sortBy),
    }))
    .filter(({ table }) => table.rows.length > 0)
    .map(({ resource, table }) => {
      const kind = several(targets) || flags.on('show-kind') ? { kind: kindName(resource) } : {}
      return aligned(tableLines(table, { ...viewOf(run), ...spaceOf(run, resource), ...kind }), listTabs)
    })
  for (const [at, lines] of blocks.entries()) {
    if (at > 0) run.print('')
    for (const line of lines) run.print(line)
  }
  if (blocks.length === 0 && errors.length === 0 && !flags.on('ignore-not-found'))
    run.complain(nothingFound(run, parts))
  throwAll(errors)
}

/** A path that leads nowhere leaves nothing. */
function sortedTable(table: Table, path: string): Table {
  try {
    return { ...table, rows: sortedBy(table.rows, path, ({ object }) => object) }
  } catch (error) {
    if (error instanceof KubectlError) return { ...table, rows: [] }
    throw error
  }
}

function nothingFound({ flags, namespace }: Run, parts: readonly Part[]): string {
  const inOne = !flags.on('all-namespaces') && parts.every(({ resource }) => resource.namespaced)
  return inOne ? `No resources found in ${namespace} namespace.` : 'No resources found'
}

/** Names are shown with their kind where several types were asked for. */
const several = (targets: Targets): boolean =>
  new Set(targets.kind === 'all' ? targets.resources : targets.named.map(({ resource }) => resource)).size > 1

/** Tables of one type after each other are one. */
function grouped(parts: readonly Part[]): readonly Part[] {
  const blocks: Part[] = []
  for (const { resource, table } of parts) {
    const last = blocks.at(-1)
    if (last?.resource === resource)
      blocks[blocks.length - 1] = {
        resource,
        table: { ...last.table, rows: [...last.table.rows, ...table.rows] },
      }
    else blocks.push({ resource, table })
  }
  return blocks
}

export function viewOf({ flags }: Run): Omit<TableView, 'namespace'> {
  return {
    wide: flags.text('output') === 'wide',
    headers: !flags.on('no-headers'),
    showLabels: flags.on('show-labels'),
    labelColumns: flags.all('label-columns'),
  }
}

const spaceOf = ({ flags }: Run, { namespaced }: Resource): { readonly namespace: boolean } => ({
  namespace: flags.on('all-namespaces') && namespaced,
})

async function partsOf(
  run: Run,
  targets: Targets,
): Promise<{ readonly parts: readonly Part[]; readonly errors: readonly unknown[] }> {
  const { flags, ports } = run
  const choice = choiceOf(run)
  const parts: Part[] = []
  const errors: unknown[] = []
  const printed = flags.on('server-print', true)
  const accept = printed ? tableAccept : 'application/json'
  const includeObject = flags.has('sort-by') ? ({ includeObject: 'Object' } as const) : {}
  const read = (answer: JsonObject): Table => (printed ? tableOf : plainTable)(answer, ports.nowMs())
  const attempt = async (what: () => Promise<readonly Part[]>): Promise<void> => {
    try {
      parts.push(...(await what()))
    } catch (error) {
      if (!(choice.ignoreNotFound && isStatus(error, 'NotFound'))) errors.push(error)
    }
  }
  if (targets.kind === 'named')
    for (const { resource, name } of targets.named)
      await attempt(async () => {
        const part = flags.text('subresource')
        const path = pathOf(resource, {
          namespace: choice.namespace,
          name,
          ...(part === undefined ? {} : { part }),
        })
        const query = { ...includeObject }
        return [{ resource, table: read(asObject(await run.client.json(path, { accept, query }))) }]
      })
  else
    for (const resource of targets.resources)
      await attempt(async () => {
        const pages = await pagesOf(run, { ...choice, ...includeObject, resource, accept })
        return pages.map((page) => ({ resource, table: read(page) }))
      })
  return { parts, errors }
}
