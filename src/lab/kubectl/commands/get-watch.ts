/** `kubectl get -w`: what is there, and then each change as a row. */
import { asText } from '#lab/api/json.ts'
import { metadataOf, tableAccept } from '#lab/kubectl/client.ts'
import { pathOf } from '#lab/kubectl/discovery.ts'
import { durationMs } from '#lab/kubectl/flags.ts'
import { Interrupted, until } from '#lab/kubectl/ports.ts'
import { objectPrinter } from '#lab/kubectl/print/output.ts'
import { aligned, listTabs } from '#lab/kubectl/print/tab-writer.ts'
import { type TableView, tableLines, tableOf } from '#lab/kubectl/print/table.ts'
import type { Run } from '#lab/kubectl/run.ts'
import type { Targets } from '#lab/kubectl/targets.ts'
import { KubectlError } from '#lab/kubectl/trouble.ts'
import { watch } from '#lab/kubectl/watch.ts'

/** Follows until the server ends it, `--request-timeout` passes or somebody interrupts. */
export async function watchRows(
  run: Run,
  targets: Targets,
  view: Omit<TableView, 'namespace'>,
): Promise<void> {
  const { flags, client, ports } = run
  const one = targets.kind === 'named' ? targets.named[0] : undefined
  const resources = targets.kind === 'all' ? targets.resources : targets.named.map(({ resource }) => resource)
  const [resource] = resources
  if (resource === undefined || resources.length > 1)
    throw new KubectlError('you may only specify a single resource type')
  const everywhere = flags.on('all-namespaces')
  const path = pathOf(resource, { namespace: everywhere ? undefined : run.namespace })
  const query = {
    labelSelector: flags.text('selector'),
    fieldSelector: one === undefined ? flags.text('field-selector') : `metadata.name=${one.name}`,
  }
  const print = objectPrinter(flags, { columns: true })
  const accept = print === undefined ? tableAccept : 'application/json'
  const first = await client.json(path, { query, accept })
  const whole = { ...view, namespace: everywhere && resource.namespaced }
  const write = columnsKept(run, whole)
  if (print === undefined) {
    const table = tableOf(first, ports.nowMs())
    if (!flags.on('watch-only') && table.rows.length > 0) write(table)
    else if (!flags.on('watch-only') && one === undefined && table.rows.length === 0) write(table)
  } else if (!flags.on('watch-only')) ports.stdout.write(print(first))
  const resourceVersion = asText(metadataOf(first)['resourceVersion'])
  const limitMs = durationMs(flags.text('request-timeout') ?? '0') ?? 0
  const endMs = ports.nowMs() + Math.min(limitMs > 0 ? limitMs : Infinity, ports.patience.followMs)
  const changes = await watch(client, path, { query: { ...query, resourceVersion }, accept })
  for (;;) {
    const change = await changes.next(until(endMs))
    if (change === 'ended') break
    if (change === undefined && limitMs === 0) throw new Interrupted('nobody looks on any longer')
    if (change === undefined) break
    if (change.type === 'BOOKMARK') continue
    if (print === undefined) write(tableOf(change.object, ports.nowMs()))
    else ports.stdout.write(print(change.object))
  }
  changes.close()
}

/** Later events come without columns: those of the first are used, and the header is written once. */
function columnsKept(run: Run, view: TableView): (table: ReturnType<typeof tableOf>) => void {
  let columns: ReturnType<typeof tableOf>['columns'] = []
  let headers = view.headers
  return (table) => {
    if (table.columns.length > 0) columns = table.columns
    if (table.rows.length === 0) return
    const lines = aligned(tableLines({ columns, rows: table.rows }, { ...view, headers }), listTabs)
    for (const line of lines) run.print(line)
    headers = false
  }
}
