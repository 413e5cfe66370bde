/** `kubectl wait`: kubernetes/kubectl:pkg/cmd/wait. */
import { asList, asObject, asText, at, isObject, type JsonObject } from '#lab/api/json.ts'
import { choiceFlags } from '#lab/kubectl/choose.ts'
import { nameOf, namespaceOf } from '#lab/kubectl/client.ts'
import { bool, duration, texts } from '#lab/kubectl/flags.ts'
import { found as foundIn, relaxed } from '#lab/kubectl/jsonpath/find.ts'
import { parseTemplate } from '#lab/kubectl/jsonpath/parse.ts'
import { collect, type Found, typed } from '#lab/kubectl/lists.ts'
import { manifestTargets } from '#lab/kubectl/manifest.ts'
import { Interrupted } from '#lab/kubectl/ports.ts'
import { outputFlags } from '#lab/kubectl/print/output.ts'
import type { Command, Run } from '#lab/kubectl/run.ts'
import { targetsOf } from '#lab/kubectl/targets.ts'
import { isStatus, KubectlError, StatusError, throwAll } from '#lab/kubectl/trouble.ts'
import { type Awaited, follow } from '#lab/kubectl/wait.ts'
import { told } from '#lab/kubectl/write.ts'

export const wait: Command = {
  name: 'wait',
  flags: [texts('for'), duration('timeout'), bool('local'), ...choiceFlags, ...outputFlags],
  run: carryOut,
}

type Goal =
  | { readonly kind: 'deleted' | 'created' }
  | { readonly kind: 'met'; readonly isMet: (object: JsonObject) => boolean }

const weekMs = 168 * 3_600_000
const pollMs = 500

async function carryOut(run: Run): Promise<void> {
  const goals = goalsOf(run)
  const asked = run.flags.duration('timeout') ?? 30_000
  const timeoutMs = asked < 0 ? weekMs : asked
  const endMs = run.ports.nowMs() + timeoutMs
  const waitsForDeletion = goals.some(({ kind }) => kind === 'deleted')
  if (goals.some(({ kind }) => kind === 'created')) await untilCreated(run, endMs)
  const { found, errors } = await objects(run, waitsForDeletion)
  for (const each of found) for (const goal of goals) await reach(run, each, goal, { endMs, timeoutMs })
  throwAll(errors)
  if (found.length === 0 && !waitsForDeletion) throw new KubectlError('no matching resources found')
}

async function objects(run: Run, ignoreNotFound: boolean) {
  const { flags, args, namespace } = run
  const targets = flags.has('filename') ? await manifestTargets(run) : await targetsOf(run, args)
  if (args.length === 0 && !flags.has('filename'))
    throw new KubectlError('You must provide one or more resources by argument or filename.')
  if (targets.kind === 'all' && !flags.on('all') && !flags.has('selector') && !flags.has('field-selector'))
    throw new KubectlError('resource(s) were provided, but no name was specified')
  return collect(run, targets, {
    namespace: flags.on('all-namespaces') ? undefined : namespace,
    selector: flags.text('selector'),
    fieldSelector: flags.text('field-selector'),
    ignoreNotFound,
  })
}

function goalsOf({ flags }: Run): readonly Goal[] {
  const asked = flags.all('for')
  if (asked.length === 0) throw new KubectlError('unrecognized condition: ""')
  return asked.map((each): Goal => {
    if (each.toLowerCase() === 'delete') return { kind: 'deleted' }
    if (each.toLowerCase() === 'create') return { kind: 'created' }
    const condition = /^condition=([^=]*)(?:=(.*))?$/.exec(each)
    if (condition !== null)
      return {
        kind: 'met',
        isMet: (object) => hasCondition(object, condition[1] ?? '', condition[2] ?? 'true'),
      }
    if (each.startsWith('jsonpath=')) return { kind: 'met', isMet: pathGoal(each.slice('jsonpath='.length)) }
    throw new KubectlError(`unrecognized condition: ${JSON.stringify(each)}`)
  })
}

const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase()

function hasCondition(object: JsonObject, type: string, status: string): boolean {
  const condition = asList(at(object, 'status.conditions'))
    .filter(isObject)
    .find((each) => isSame(asText(each['type']) ?? '', type))
  if (condition === undefined) return false
  const observed = condition['observedGeneration'] ?? at(object, 'status.observedGeneration')
  const generation = at(object, 'metadata.generation')
  if (observed !== undefined && generation !== undefined && Number(observed) < Number(generation))
    return false
  return isSame(asText(condition['status']) ?? '', status)
}

function pathGoal(input: string): (object: JsonObject) => boolean {
  const [path = '', value, ...more] = input.split(/(?<!=)=(?!=)/)
  if (more.length > 0)
    throw new KubectlError(
      "jsonpath wait format must be --for=jsonpath='{.status.readyReplicas}'=3 or --for=jsonpath='{.status.readyReplicas}'",
    )
  const wanted = value?.replaceAll(/^['"]+|['"]+$/g, '')
  if (wanted === '')
    throw new KubectlError(
      "jsonpath wait has to have a value after equal sign, like --for=jsonpath='{.status.readyReplicas}'=3",
    )
  const [part] = parseTemplate(relaxed(path))
  const steps = part?.part === 'path' ? part.steps : []
  return (object) => {
    const results = foundIn(steps, [object])
    if (results.length === 0) return false
    if (results.length > 1) throw new KubectlError('given jsonpath expression matches more than one value')
    if (wanted === undefined) return true
    if (typeof results[0] === 'object')
      throw new KubectlError('jsonpath leads to a nested object or list which is not supported')
    return String(results[0]).trim() === wanted.trim()
  }
}

async function untilCreated(run: Run, endMs: number): Promise<void> {
  const patienceMs = run.ports.nowMs() + run.ports.patience.waitMs
  for (;;) {
    const { found, errors } = await objects(run, false)
    if (found.length > 0) return
    throwAll(errors.filter((error) => !isStatus(error, 'NotFound')))
    if (run.ports.nowMs() >= endMs) throw new KubectlError('timed out waiting for the condition')
    if (run.ports.nowMs() >= patienceMs) throw new Interrupted('nobody waits any longer')
    await run.ports.sleep(pollMs)
  }
}

async function reach(
  run: Run,
  each: Found,
  goal: Goal,
  { endMs, timeoutMs }: { readonly endMs: number; readonly timeoutMs: number },
): Promise<void> {
  const one: Awaited = {
    resource: each.resource,
    name: nameOf(each.object),
    namespace: namespaceOf(each.object),
  }
  const uid = at(each.object, 'metadata.uid')
  let last: JsonObject = each.object
  const look = (object: JsonObject | undefined): boolean => {
    if (goal.kind === 'created') return true
    if (goal.kind === 'deleted') return object === undefined || at(object, 'metadata.uid') !== uid
    if (object === undefined) throw gone(one)
    last = typed(each.resource, object)
    return goal.kind === 'met' && goal.isMet(object)
  }
  const reached = timeoutMs === 0 ? look(each.object) : await follow(run, one, { endMs, look })
  if (!reached)
    throw new KubectlError(
      timeoutMs === 0
        ? `condition not met for ${one.resource.resource}/${one.name}`
        : `timed out waiting for the condition on ${one.resource.resource}/${one.name}`,
    )
  told(run, last, 'condition met')
}

const gone = ({ resource, name }: Awaited): StatusError =>
  new StatusError({
    status: 404,
    reason: 'NotFound',
    message: `${resource.resource}${resource.group === '' ? '' : `.${resource.group}`} ${JSON.stringify(name)} not found`,
    details: asObject(undefined),
  })
