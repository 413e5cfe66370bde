/** `kubectl label` and `kubectl annotate`: kubernetes/kubectl:pkg/cmd/label, pkg/cmd/annotate. */
import { asObject, asText, type JsonObject } from '#lab/api/json.ts'
import { choiceFlags, chosen, forEach } from '#lab/kubectl/choose.ts'
import { metadataOf } from '#lab/kubectl/client.ts'
import { bool, text } from '#lab/kubectl/flags.ts'
import { outputFlags } from '#lab/kubectl/print/output.ts'
import type { Command, Run } from '#lab/kubectl/run.ts'
import { Errors, KubectlError, throwAll } from '#lab/kubectl/trouble.ts'
import { dryRunFlag, dryRunOf, oneOf, patchObject, told } from '#lab/kubectl/write.ts'

const flags = [
  bool('list'),
  bool('local'),
  bool('overwrite'),
  text('resource-version'),
  text('field-manager'),
  dryRunFlag,
  ...choiceFlags,
  ...outputFlags,
]

/** What differs between the two. */
interface Kind {
  readonly word: 'label' | 'annotation'
  readonly field: 'labels' | 'annotations'
  readonly manager: string
  checkNew(pairs: Pairs): void
  overwrites(taken: readonly (readonly [string, string])[]): readonly Error[]
  done(before: JsonObject, after: JsonObject, o: { readonly overwrite: boolean }): string
}

interface Pairs {
  readonly set: ReadonlyMap<string, string>
  readonly removed: readonly string[]
}

const labels: Kind = {
  word: 'label',
  field: 'labels',
  manager: 'kubectl-label',
  checkNew: ({ set, removed }) => {
    for (const [key, value] of set) checkLabelValue(key, value)
    if (removed.some((key) => set.has(key)))
      throw new KubectlError('can not both modify and remove a label in the same command')
  },
  overwrites: (taken) =>
    taken.map(
      ([key, value]) => new KubectlError(`'${key}' already has a value (${value}), and --overwrite is false`),
    ),
  done: (before, after, { overwrite }) => {
    if (JSON.stringify(before) === JSON.stringify(after)) return 'not labeled'
    return !overwrite && Object.keys(after).length < Object.keys(before).length ? 'unlabeled' : 'labeled'
  },
}

const annotations: Kind = {
  word: 'annotation',
  field: 'annotations',
  manager: 'kubectl-annotate',
  checkNew: ({ set, removed }) => {
    const both = removed.filter((key) => set.has(key))
    if (both.length > 0)
      throw new KubectlError(
        `can not both modify and remove the following annotation(s) in the same command: ${both.join(', ')}`,
      )
  },
  overwrites: (taken) => {
    const free = taken.filter(([key]) => key !== 'kubernetes.io/change-cause')
    if (free.length === 0) return []
    const list = free.map(([key, value]) => `'${key}' already has a value (${value})`).join('; ')
    return [new KubectlError(`--overwrite is false but found the following declared annotation(s): ${list}`)]
  },
  done: () => 'annotated',
}

export const label: Command = { name: 'label', flags, run: (run) => carryOut(run, labels) }
export const annotate: Command = { name: 'annotate', flags, run: (run) => carryOut(run, annotations) }

async function carryOut(run: Run, kind: Kind): Promise<void> {
  const { resources, pairs } = wordsOf(run, kind)
  if (resources.length === 0 && !run.flags.has('filename'))
    throw new KubectlError(
      'one or more resources must be specified as <resource> <name> or <resource>/<name>',
    )
  if (pairs.set.size === 0 && pairs.removed.length === 0 && !run.flags.on('list'))
    throw new KubectlError(`at least one ${kind.word} update is required`)
  kind.checkNew(pairs)
  const objects = await chosen(run, resources, { needsChoice: true })
  const errors = await forEach(objects, async (each) => {
    if (run.flags.on('list')) return list(run, each.object, kind, objects.found.length === 1)
    const before = asObject(metadataOf(each.object)[kind.field])
    checkTaken(run, before, pairs, kind)
    if (kind.word === 'label')
      for (const key of pairs.removed)
        if (!(key in before)) run.print(`label ${JSON.stringify(key)} not found.`)
    const after = changed(before, pairs)
    const object = await written(run, each, kind, pairs)
    told(run, object, kind.done(before, after, { overwrite: run.flags.on('overwrite') }))
  })
  throwAll(errors)
}

async function written(
  run: Run,
  each: Parameters<typeof oneOf>[0],
  { field, manager }: Kind,
  { set, removed }: Pairs,
): Promise<JsonObject> {
  const before = metadataOf(each.object)
  if (dryRunOf(run) === 'client')
    return {
      ...each.object,
      metadata: { ...before, [field]: changed(asObject(before[field]), { set, removed }) },
    }
  const gone = removed.filter((key) => key in asObject(before[field])).map((key) => [key, null])
  const change = Object.fromEntries([...set, ...gone])
  const resourceVersion = run.flags.text('resource-version')
  const metadata = {
    ...(Object.keys(change).length === 0 ? {} : { [field]: change }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  }
  const body = Object.keys(metadata).length === 0 ? {} : { metadata }
  return patchObject(run, oneOf(each), {
    kind: 'merge',
    body,
    manager: run.flags.text('field-manager') ?? manager,
  })
}

function wordsOf(
  { args }: Run,
  { word }: Kind,
): { readonly resources: readonly string[]; readonly pairs: Pairs } {
  const isPair = (arg: string): boolean =>
    (arg.includes('=') && !arg.startsWith('=')) || (arg.endsWith('-') && arg !== '-')
  const first = args.findIndex(isPair)
  const resources = first < 0 ? args : args.slice(0, first)
  const pairs = first < 0 ? [] : args.slice(first)
  const wrong = pairs.find((arg) => !isPair(arg))
  if (wrong !== undefined)
    throw new KubectlError(`all resources must be specified before ${word} changes: ${wrong}`)
  const set = pairs
    .filter((arg) => arg.includes('='))
    .map((arg): [string, string] => [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)])
  return {
    resources,
    pairs: {
      set: new Map(set),
      removed: pairs.filter((arg) => !arg.includes('=')).map((arg) => arg.slice(0, -1)),
    },
  }
}

function changed(before: JsonObject, { set, removed }: Pairs): JsonObject {
  const kept = Object.entries(before).filter(([key]) => !removed.includes(key))
  return { ...Object.fromEntries(kept), ...Object.fromEntries(set) }
}

function checkTaken(run: Run, before: JsonObject, { set }: Pairs, kind: Kind): void {
  if (run.flags.on('overwrite')) return
  const taken = [...set]
    .map(([key, value]) => ({ key, value, old: asText(before[key]) }))
    .filter(({ value, old }) => old !== undefined && old !== value)
    .map(({ key, old }): [string, string] => [key, old ?? ''])
  const errors = kind.overwrites(taken)
  if (errors.length > 1) throw new Errors(errors)
  throwAll(errors)
}

function list(run: Run, object: JsonObject, { field }: Kind, alone: boolean): void {
  if (!alone) {
    const group = /^(.*)\//.exec(asText(object['apiVersion']) ?? '')?.[1] ?? ''
    run.print(
      `Listing ${field} for ${asText(object['kind'])}.${group}/${asText(metadataOf(object)['name'])}:`,
    )
  }
  for (const [key, value] of Object.entries(asObject(metadataOf(object)[field])))
    run.print(`${alone ? '' : ' '}${key}=${String(value)}`)
}

/** apimachinery:pkg/util/validation (IsValidLabelValue). */
export function checkLabelValue(key: string, value: string): void {
  const wrong = labelValueError(value)
  if (wrong !== undefined)
    throw new KubectlError(`invalid label value: ${JSON.stringify(`${key}=${value}`)}: ${wrong}`)
}

export function labelValueError(value: string): string | undefined {
  if (value.length > 63) return 'must be no more than 63 characters'
  if (/^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/.test(value)) return undefined
  return "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
}
