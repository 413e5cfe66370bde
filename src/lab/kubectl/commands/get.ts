/** `kubectl get`: kubernetes/kubectl:pkg/cmd/get/get.go. */
import { asObject, type JsonObject } from '#lab/api/json.ts'
import { tableAccept } from '#lab/kubectl/client.ts'
import { watchRows } from '#lab/kubectl/commands/get-watch.ts'
import { kindName, pathOf, type Resource } from '#lab/kubectl/discovery.ts'
import { bool, int, list, text } from '#lab/kubectl/flags.ts'
import { type Choice, collect, pagesOf } from '#lab/kubectl/lists.ts'
import { manifestTargets } from '#lab/kubectl/manifest.ts'
import { listOf, objectPrinter, outputFlags } from '#lab/kubectl/print/output.ts'
import { sortedBy } from '#lab/kubectl/print/sort.ts'
import { aligned, listTabs } from '#lab/kubectl/print/tab-writer.ts'
import { plainTable, type Table, type TableView, tableLines, tableOf } from '#lab/kubectl/print/table.ts'
import { type Command, fileFlags, type Run, selectorFlags } from '#lab/kubectl/run.ts'
import { type Targets, targetsOf } from '#lab/kubectl/targets.ts'
import { isStatus, KubectlError, throwAll } from '#lab/kubectl/trouble.ts'

export const get: Command = {
  name: 'get',
  flags: [
    bool('all-namespaces', 'A'),
    int('chunk-size'),
    bool('ignore-not-found'),
    list('label-columns', 'L'),
    bool('no-headers'),
    bool('output-watch-events'),
    text('raw'),
    bool('server-print'),
    bool('show-kind'),
    bool('show-labels'),
    text('sort-by'),
    text('subresource'),
    bool('watch', 'w'),
    bool('watch-only'),
    ...selectorFlags,
    ...fileFlags,
    ...outputFlags,
  ],
  run: carryOut,
}

async function carryOut(run: Run): Promise<void> {
  const { flags } = run
  const raw = flags.text('raw')
  if (raw !== undefined) {
    run.ports.stdout.write((await run.client.text(raw)).text)
    return
  }
  const print = objectPrinter(flags, { columns: true })
  const targets = await wantedOf(run)
  if (flags.on('watch') || flags.on('watch-only')) return watchRows(run, targets, viewOf(run))
  if (print === undefined) return showTables(run, targets)
  const { object, errors } = await wholeOf(run, targets)
  if (object !== undefined) run.ports.stdout.write(print(object))
  throwAll(errors)
}

const nothingNamed = `You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.

error: Required resource not specified.
Use "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).
See 'kubectl get -h' for help and examples`

/** What the arguments, or the files, name. */
async function wantedOf(run: Run): Promise<Targets> {
  const { flags, args } = run
  if (flags.has('filename')) return manifestTargets(run)
  if (args.length === 0) throw new KubectlError(nothingNamed, { plain: true })
  const targets = await targetsOf(run)
  if (targets.kind === 'all') return targets
  if (flags.on('all-namespaces'))
    throw new KubectlError('a resource cannot be retrieved by name across all namespaces')
  if (flags.has('selector') || flags.has('field-selector'))
    throw new KubectlError('name cannot be provided when a selector is specified')
  return targets
}

const choiceOf = ({ flags, namespace }: Run): Choice => ({
  namespace: flags.on('all-namespaces') ? undefined : namespace,
  selector: flags.text('selector'),
  fieldSelector: flags.text('field-selector'),
  limit: flags.int('chunk-size') ?? 500,
  ignoreNotFound: flags.on('ignore-not-found'),
})

/** The one object that was named, or a List of all. */
async function wholeOf(
  run: Run,
  targets: Targets,
): Promise<{ readonly object?: JsonObject; readonly errors: readonly unknown[] }> {
  const { found, errors } = await collect(run, targets, choiceOf(run))
  const objects = found.map(({ object }) => object)
  const sortBy = run.flags.text('sort-by')
  const sorted = sortBy === undefined ? objects : sortedBy(objects, sortBy, (object) => object)
  if (targets.kind === 'named' && targets.named.length === 1)
    return objects[0] === undefined ? { errors } : { object: objects[0], errors }
  return { object: listOf(sorted), errors }
}

interface Part {
  readonly resource: Resource
  readonly table: Table
}

async function showTables(run: Run, targets: Targets): Promise<void> {
  const { flags } = run
  const { parts, errors } = await partsOf(run, targets)
  const sortBy = flags.text('sort-by')
  const blocks = grouped(parts)
    .filter(({ table }) => table.rows.length > 0)
    .map(({ resource, table }) => {
      const rows = sortBy === undefined ? table.rows : sortedBy(table.rows, sortBy, ({ object }) => object)
      const view = { ...viewOf(run), ...spaceOf(run, resource) }
      const kind = several(targets) || flags.on('show-kind') ? { kind: kindName(resource) } : {}
      return aligned(tableLines({ ...table, rows }, { ...view, ...kind }), listTabs)
    })
  for (const [at, lines] of blocks.entries()) {
    if (at > 0) run.print('')
    for (const line of lines) run.print(line)
  }
  if (blocks.length === 0 && errors.length === 0 && !flags.on('ignore-not-found'))
    run.complain(nothingFound(run, parts))
  throwAll(errors)
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

function viewOf({ flags }: Run): Omit<TableView, 'namespace'> {
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
