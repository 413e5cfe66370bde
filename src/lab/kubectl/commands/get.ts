/** `kubectl get`: kubernetes/kubectl:pkg/cmd/get/get.go. */
import type { JsonObject } from '#lab/api/json.ts'
import { choiceOf, showTables, viewOf } from '#lab/kubectl/commands/get-tables.ts'
import { watchRows } from '#lab/kubectl/commands/get-watch.ts'
import { bool, int, list, text } from '#lab/kubectl/flags.ts'
import { collect } from '#lab/kubectl/lists.ts'
import { manifestTargets } from '#lab/kubectl/manifest.ts'
import { listOf, objectPrinter, outputFlags } from '#lab/kubectl/print/output.ts'
import { sortedBy } from '#lab/kubectl/print/sort.ts'
import { type Command, fileFlags, type Run, selectorFlags } from '#lab/kubectl/run.ts'
import { type Targets, targetsOf } from '#lab/kubectl/targets.ts'
import { KubectlError, throwAll } from '#lab/kubectl/trouble.ts'

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
