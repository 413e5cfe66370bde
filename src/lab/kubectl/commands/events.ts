/** `kubectl events`: kubernetes/kubectl:pkg/cmd/events. */
import { parseTime } from '#base/clock.ts'
import { asObject, asText, at, type JsonObject } from '#lab/api/json.ts'
import { age } from '#lab/api/table/age.ts'
import { itemsOf, namespaceOf } from '#lab/kubectl/client.ts'
import { groupVersionText, pathOf, resourceNamed } from '#lab/kubectl/discovery.ts'
import { bool, int, list, text } from '#lab/kubectl/flags.ts'
import { pagesOf, typed } from '#lab/kubectl/lists.ts'
import { Interrupted, until } from '#lab/kubectl/ports.ts'
import { objectPrinter, outputFlags } from '#lab/kubectl/print/output.ts'
import { aligned, listTabs } from '#lab/kubectl/print/tab-writer.ts'
import type { Command, Run } from '#lab/kubectl/run.ts'
import { targetsOf } from '#lab/kubectl/targets.ts'
import { KubectlError } from '#lab/kubectl/trouble.ts'
import { watch } from '#lab/kubectl/watch.ts'

export const events: Command = {
  name: 'events',
  flags: [
    bool('watch', 'w'),
    bool('all-namespaces', 'A'),
    text('for'),
    list('types'),
    bool('no-headers'),
    int('chunk-size'),
    ...outputFlags,
  ],
  run: carryOut,
}

async function carryOut(run: Run): Promise<void> {
  const { flags, ports } = run
  const types = flags.all('types').map((each) => each.toLowerCase())
  if (types.some((each) => each !== 'normal' && each !== 'warning'))
    throw new KubectlError('valid --types are Normal or Warning')
  const resource = resourceNamed(await run.discovery(), 'events')
  const namespace = flags.on('all-namespaces') ? undefined : run.namespace
  const fieldSelector = await selectorOf(run)
  const isAsked = (event: JsonObject): boolean =>
    types.length === 0 || types.includes((asText(event['type']) ?? '').toLowerCase())
  if (flags.on('watch')) return follow(run, { path: pathOf(resource, { namespace }), fieldSelector, isAsked })
  const pages = await pagesOf(run, { resource, namespace, fieldSelector })
  const found = pages
    .flatMap(itemsOf)
    .filter(isAsked)
    .map((event) => typed(resource, event))
    .sort((a, b) => timeOf(a) - timeOf(b))
  if (found.length === 0) {
    run.complain(namespace === undefined ? 'No events found.' : `No events found in ${namespace} namespace.`)
    return
  }
  const print = objectPrinter(flags)
  if (print !== undefined)
    ports.stdout.write(print({ apiVersion: 'v1', items: found, kind: 'EventList', metadata: {} }))
  else show(run, found, !flags.on('no-headers'))
}

async function selectorOf(run: Run): Promise<string | undefined> {
  const asked = run.flags.text('for')
  if (asked === undefined) return undefined
  if (!asked.includes('/')) throw new KubectlError('--for must be in resource/name form')
  const targets = await targetsOf(run, [asked])
  const named = targets.kind === 'named' ? targets.named[0] : undefined
  if (named === undefined) throw new KubectlError('--for must be in resource/name form')
  const { kind, group, version } = named.resource
  return `involvedObject.kind=${kind},involvedObject.apiVersion=${groupVersionText(group, version)},involvedObject.name=${named.name}`
}

async function follow(
  run: Run,
  o: {
    readonly path: string
    readonly fieldSelector: string | undefined
    readonly isAsked: (event: JsonObject) => boolean
  },
): Promise<void> {
  const watching = await watch(run.client, o.path, { query: { fieldSelector: o.fieldSelector } })
  const endMs = run.ports.nowMs() + run.ports.patience.followMs
  let headers = !run.flags.on('no-headers')
  for (;;) {
    const change = await watching.next(until(endMs))
    if (change === 'ended') return
    if (change === undefined) throw new Interrupted('nobody looks on any longer')
    if (change.type === 'DELETED' || change.type === 'BOOKMARK' || !o.isAsked(change.object)) continue
    show(run, [change.object], headers)
    headers = false
  }
}

const timeOf = (event: JsonObject): number =>
  parseTime(
    asText(at(event, 'series.lastObservedTime')) ??
      asText(event['lastTimestamp']) ??
      asText(event['eventTime']) ??
      '',
  ) ?? 0

function show(run: Run, found: readonly JsonObject[], headers: boolean): void {
  const everywhere = run.flags.on('all-namespaces')
  const head = [
    ...(everywhere ? ['NAMESPACE'] : []),
    'LAST SEEN',
    'TYPE',
    'REASON',
    'OBJECT',
    'MESSAGE',
  ].join('\t')
  const lines = found.map((event) => {
    const { kind, name } = asObject(event['involvedObject'])
    return [
      ...(everywhere ? [namespaceOf(event) ?? ''] : []),
      intervalOf(event, run.ports.nowMs()),
      asText(event['type']) ?? '',
      asText(event['reason']) ?? '',
      `${String(kind)}/${String(name)}`,
      (asText(event['message']) ?? '').trim(),
    ].join('\t')
  })
  for (const line of aligned(headers ? [head, ...lines] : lines, listTabs)) run.print(line)
}

/** `3m (x5 over 10m)`. */
export function intervalOf(event: JsonObject, nowMs: number): string {
  const first = age(asText(event['eventTime']) ?? event['firstTimestamp'], nowMs)
  const series = event['series']
  if (series !== undefined && series !== null) {
    const { lastObservedTime, count } = asObject(series)
    return `${age(lastObservedTime, nowMs)} (x${String(count)} over ${first})`
  }
  const count = Number(event['count'] ?? 0)
  return count > 1 ? `${age(event['lastTimestamp'], nowMs)} (x${count} over ${first})` : first
}
