/** `kubectl taint`: kubernetes/kubectl:pkg/cmd/taint. */
import { qualifiedNameFaults } from '#lab/api/admission/names.ts'
import { asList, asText, at, isObject, type JsonObject } from '#lab/api/json.ts'
import { chosen, forEach } from '#lab/kubectl/choose.ts'
import { nameOf } from '#lab/kubectl/client.ts'
import { labelValueError } from '#lab/kubectl/commands/label.ts'
import { resourceNamed } from '#lab/kubectl/discovery.ts'
import { bool, text } from '#lab/kubectl/flags.ts'
import { outputFlags } from '#lab/kubectl/print/output.ts'
import type { Command, Run } from '#lab/kubectl/run.ts'
import { KubectlError, throwAll } from '#lab/kubectl/trouble.ts'
import { dryRunFlag, dryRunOf, oneOf, patchObject, told } from '#lab/kubectl/write.ts'

export const taint: Command = {
  name: 'taint',
  flags: [
    bool('all'),
    bool('overwrite'),
    text('selector', 'l'),
    text('field-manager'),
    text('validate', '', 'strict'),
    dryRunFlag,
    ...outputFlags,
  ],
  run: carryOut,
}

interface Taint {
  readonly key: string
  readonly value?: string
  readonly effect?: string
}

async function carryOut(run: Run): Promise<void> {
  const { flags, args } = run
  const isTaint = (arg: string): boolean => /[=:]/.test(arg) || arg.endsWith('-')
  const first = args.findIndex(isTaint)
  const [type, ...names] = first < 0 ? args : args.slice(0, first)
  const specs = first < 0 ? [] : args.slice(first)
  const wrong = specs.find((arg) => !isTaint(arg))
  if (wrong !== undefined)
    throw new KubectlError(`all resources must be specified before taint changes: ${wrong}`)
  if (type === undefined)
    throw new KubectlError('one or more resources must be specified as <resource> <name>')
  if (specs.length === 0) throw new KubectlError('at least one taint update is required')
  const added = specs.filter((spec) => !spec.endsWith('-')).map(newTaint)
  const removed = specs.filter((spec) => spec.endsWith('-')).map((spec) => taintOf(spec.slice(0, -1)))
  const resource = resourceNamed(await run.discovery(), type)
  if (resource.kind !== 'Node')
    throw new KubectlError(`invalid resource type ${type}, only node types are supported`)
  checkBoth(added, removed)
  if (flags.on('all') && flags.has('selector'))
    throw new KubectlError("setting 'all' parameter with a non empty selector is prohibited")
  if (!flags.on('all') && !flags.has('selector') && names.length === 0)
    throw new KubectlError("at least one resource name must be specified since 'all' parameter is not set")
  const nodes = await chosen(run, flags.on('all') || flags.has('selector') ? ['nodes'] : ['nodes', ...names])
  const errors = await forEach(nodes, async (node) => {
    const { operation, taints } = reorganized(node.object, {
      added,
      removed,
      overwrite: flags.on('overwrite'),
    })
    const body = { spec: { taints: taints.length === 0 ? null : taints } }
    const manager = flags.text('field-manager') ?? 'kubectl-taint'
    const object =
      dryRunOf(run) === 'client'
        ? node.object
        : await patchObject(run, oneOf(node), { kind: 'strategic', body, manager })
    told(run, object, operation)
  })
  throwAll(errors)
}

const usage = (message: string): KubectlError =>
  new KubectlError(`${message}\nSee 'kubectl taint -h' for help and examples`)

function newTaint(spec: string): Taint {
  const found = taintOf(spec)
  if (found.effect === undefined) throw usage(`invalid taint spec: ${spec}`)
  return found
}

function taintOf(spec: string): Taint {
  const [pair = '', effect, ...more] = spec.split(':')
  if (more.length > 0) throw usage(`invalid taint spec: ${spec}`)
  if (effect !== undefined && !['NoSchedule', 'PreferNoSchedule', 'NoExecute'].includes(effect))
    throw usage(`invalid taint effect: ${effect}, unsupported taint effect`)
  if (effect === undefined) return { key: pair }
  const [key = '', value, ...rest] = pair.split('=')
  if (rest.length > 0) throw usage(`invalid taint spec: ${spec}`)
  const faults = qualifiedNameFaults(key)
  if (faults.length > 0) throw usage(`invalid taint spec: ${spec}, ${faults.join('; ')}`)
  const wrong = value === undefined ? undefined : labelValueError(value)
  if (wrong !== undefined) throw usage(`invalid taint spec: ${spec}, ${wrong}`)
  return { key, effect, ...(value === undefined || value === '' ? {} : { value }) }
}

function checkBoth(added: readonly Taint[], removed: readonly Taint[]): void {
  const both = added.flatMap((one) =>
    removed.filter(({ key, effect }) => key === one.key && (effect === undefined || effect === one.effect)),
  )
  if (both.length > 0)
    throw new KubectlError(
      `can not both modify and remove the following taint(s) in the same command: ${both.map(({ key, effect = '' }) => `${key}=${effect}`).join(', ')}`,
    )
}

const same = (a: Taint, b: Taint): boolean => a.key === b.key && a.effect === b.effect

function reorganized(
  node: JsonObject,
  o: { readonly added: readonly Taint[]; readonly removed: readonly Taint[]; readonly overwrite: boolean },
): { readonly operation: string; readonly taints: readonly Taint[] } {
  const old = asList(at(node, 'spec.taints')).filter(isObject).map(storedTaint)
  const already = o.added.filter((each) => old.some((was) => same(was, each))).map(({ key }) => key)
  if (already.length > 0 && !o.overwrite)
    throw new KubectlError(
      `node ${nameOf(node)} already has ${already.join(',')} taint(s) with same effect(s) and --overwrite is false`,
    )
  const all = [...o.added, ...old.filter((was) => !o.added.some((each) => same(each, was)))]
  const goes = (each: Taint, gone: Taint): boolean =>
    each.key === gone.key && (gone.effect ?? each.effect) === each.effect
  const missing = o.removed.filter((gone) => !all.some((each) => goes(each, gone)))
  const [first] = missing
  if (first !== undefined)
    throw new KubectlError(
      missing
        .map(
          ({ key, effect }) =>
            `taint ${JSON.stringify(`${key}${effect === undefined ? '' : `:${effect}`}`)} not found`,
        )
        .join('\n'),
    )
  const taints = all.filter((each) => !o.removed.some((gone) => goes(each, gone)))
  const grew = old.length !== all.length
  if ((grew && o.removed.length > 0) || o.overwrite) return { operation: 'modified', taints }
  return { operation: grew ? 'tainted' : 'untainted', taints }
}

const storedTaint = (taint: JsonObject): Taint => ({
  ...taint,
  key: asText(taint['key']) ?? '',
  ...(asText(taint['effect']) === undefined ? {} : { effect: String(taint['effect']) }),
})
