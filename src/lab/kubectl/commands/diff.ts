/**
 * `kubectl diff`: kubernetes/kubectl:pkg/cmd/diff/diff.go. It exits with 1 where something differs, and with 2 when it fails.
 *
 * Not imitated: `--prune`, `--selector`, another program for the comparison (KUBECTL_EXTERNAL_DIFF), a second try after a conflict.
 */
import { asObject, type JsonObject } from '#lab/api/json.ts'
import { stamped, unifiedHunks } from '#lab/host/commands/edits.ts'
import { lastApplied, lastAppliedKey } from '#lab/kubectl/apply/last-applied.ts'
import { mergeRuleOf } from '#lab/kubectl/apply/merge-rule.ts'
import { threeWayPatch } from '#lab/kubectl/apply/three-way.ts'
import { metadataOf, nameOf } from '#lab/kubectl/client.ts'
import { placed } from '#lab/kubectl/commands/create-file.ts'
import { pathOf } from '#lab/kubectl/discovery.ts'
import { bool, int, text } from '#lab/kubectl/flags.ts'
import { goJson } from '#lab/kubectl/jsonpath/find.ts'
import { getOne, typed } from '#lab/kubectl/lists.ts'
import { manifests, type Written } from '#lab/kubectl/manifest.ts'
import { unmanaged } from '#lab/kubectl/print/output.ts'
import { yamlText } from '#lab/kubectl/print/yaml.ts'
import { type Command, fileFlags, type Run } from '#lab/kubectl/run.ts'
import { Exit, errorText, isStatus, KubectlError } from '#lab/kubectl/trouble.ts'

export const diff: Command = {
  name: 'diff',
  flags: [
    int('concurrency'),
    text('field-manager'),
    bool('force-conflicts'),
    bool('prune'),
    text('selector', 'l'),
    bool('server-side'),
    bool('show-managed-fields'),
    ...fileFlags,
  ],
  run: async (run) => {
    const differs = await compared(run).catch((error: unknown) => {
      const words = errorText(error, run.client.server)
      if (words !== '') run.complain(words)
      throw new Exit(2)
    })
    if (differs) throw new Exit(1)
  },
}

async function compared(run: Run): Promise<boolean> {
  check(run)
  const pairs: Pair[] = []
  for (const each of await manifests(run)) pairs.push(await pairOf(run, each))
  const said = pairs
    .sort((a, b) => (a.file < b.file ? -1 : 1))
    .map((pair) => difference(run, pair))
    .join('')
  run.ports.stdout.write(said)
  return said !== ''
}

function check({ args, flags }: Run): void {
  if (args.length > 0)
    throw new KubectlError(
      `Unexpected args: [${args.join(' ')}]\nSee 'kubectl diff -h' for help and examples`,
    )
  if (flags.on('force-conflicts') && !flags.on('server-side'))
    throw new KubectlError('--force-conflicts only works with --server-side')
  if (!flags.has('filename')) throw new KubectlError('must specify one of -f and -k')
  if (flags.on('prune') || flags.has('selector'))
    throw new KubectlError('this kubectl compares all that is in the files, and nothing else')
}

interface Pair {
  /** `apps.v1.Deployment.shop.api` */
  readonly file: string
  readonly live: JsonObject | undefined
  readonly merged: JsonObject
}

/** What is there, and what would be there. */
async function pairOf(run: Run, each: Written): Promise<Pair> {
  const { group, version, kind } = each.resource
  const name = nameOf(each.object)
  const file = [...(group === '' ? [] : [group]), version, kind, each.namespace ?? '', name].join('.')
  const live = await getOne(run, { ...each, name }).catch((error: unknown) => {
    if (isStatus(error, 'NotFound')) return undefined
    throw error
  })
  const merged = run.flags.on('server-side')
    ? await appliedOnServer(run, each)
    : await appliedOnClient(run, each, live)
  return { file, live, merged: typed(each.resource, merged) }
}

const managerOf = ({ flags }: Run): string =>
  flags.text('field-manager') ?? (flags.on('server-side') ? 'kubectl' : 'kubectl-client-side-apply')

function appliedOnServer(run: Run, each: Written): Promise<JsonObject> {
  return run.client.json(pathOf(each.resource, { ...each, name: nameOf(each.object) }), {
    method: 'PATCH',
    contentType: 'application/apply-patch+yaml',
    body: goJson(placed(each)),
    query: {
      dryRun: 'All',
      fieldManager: managerOf(run),
      force: run.flags.on('force-conflicts') ? 'true' : 'false',
    },
  })
}

function appliedOnClient(run: Run, each: Written, live: JsonObject | undefined): Promise<JsonObject> {
  const query = { dryRun: 'All', fieldManager: managerOf(run) }
  if (live === undefined)
    return run.client.json(pathOf(each.resource, each), { method: 'POST', body: goJson(placed(each)), query })
  const rule = mergeRuleOf(each.resource)
  const versions = { original: lastApplied(live) ?? {}, modified: unannotated(placed(each)), current: live }
  const patch = threeWayPatch(versions, rule ?? {})
  if (Object.keys(patch).length === 0) return Promise.resolve(live)
  return run.client.json(pathOf(each.resource, { ...each, name: nameOf(live) }), {
    method: 'PATCH',
    contentType: `application/${rule === undefined ? '' : 'strategic-'}merge-patch+json`,
    body: goJson(patch),
    query,
  })
}

/** With annotations, but not the one that `apply` would write (GetModifiedConfiguration). */
function unannotated(object: JsonObject): JsonObject {
  const { [lastAppliedKey]: _, ...annotations } = asObject(metadataOf(object)['annotations'])
  return { ...object, metadata: { ...metadataOf(object), annotations } }
}

/** Of two files in folders of their own; empty where they are the same. */
function difference(run: Run, { file, live, merged }: Pair): string {
  const [before, after] = masked(live, merged).map((object) => textOf(run, object))
  if (before === undefined || after === undefined || before === after) return ''
  const nowMs = run.ports.nowMs()
  const [from, to] = [`/tmp/LIVE-${suffix(nowMs)}/${file}`, `/tmp/MERGED-${suffix(nowMs + 1)}/${file}`]
  const heads = `--- ${stamped(from, nowMs)}\n+++ ${stamped(to, nowMs)}\n`
  return `diff -u -N ${from} ${to}\n${heads}${unifiedHunks(before, after)}`
}

const textOf = ({ flags }: Run, object: JsonObject | undefined): string =>
  object === undefined ? '' : yamlText(flags.on('show-managed-fields') ? object : unmanaged(object))

/** The real one draws it. */
const suffix = (ms: number): number => Math.imul(Math.floor(ms), 2_654_435_761) >>> 0

/** A secret's values are not shown, only whether they differ. */
function masked(
  live: JsonObject | undefined,
  merged: JsonObject,
): readonly [JsonObject | undefined, JsonObject] {
  if (merged['kind'] !== 'Secret' || merged['apiVersion'] !== 'v1') return [live, merged]
  const [before, after] = [asObject(live?.['data']), asObject(merged['data'])]
  const hidden = (data: JsonObject, other: JsonObject, says: string): JsonObject =>
    Object.fromEntries(
      Object.entries(data).map(([key, value]) => [
        key,
        key in other && other[key] !== value ? `*** (${says})` : '***',
      ]),
    )
  const withData = (object: JsonObject, data: JsonObject): JsonObject =>
    'data' in object ? { ...object, data } : object
  return [
    live === undefined ? undefined : withData(live, hidden(before, after, 'before')),
    withData(merged, hidden(after, before, 'after')),
  ]
}
