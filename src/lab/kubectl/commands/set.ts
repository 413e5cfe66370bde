/** `kubectl set image` and `set env`: kubernetes/kubectl:pkg/cmd/set. */
import { asList, asText, at, isObject, type JsonObject } from '#lab/api/json.ts'
import { choiceFlags, chosen, forEach } from '#lab/kubectl/choose.ts'
import { nameOf } from '#lab/kubectl/client.ts'
import { bool, list, text, texts } from '#lab/kubectl/flags.ts'
import type { Found } from '#lab/kubectl/lists.ts'
import { outputFlags } from '#lab/kubectl/print/output.ts'
import type { Command, Run } from '#lab/kubectl/run.ts'
import { KubectlError, throwAll } from '#lab/kubectl/trouble.ts'
import { dryRunFlag, dryRunOf, oneOf, patchObject, told } from '#lab/kubectl/write.ts'

const common = [text('field-manager'), bool('local'), dryRunFlag, ...choiceFlags, ...outputFlags]

export const setImage: Command = {
  name: 'set image',
  flags: common,
  run: async (run) => {
    const { resources, pairs } = wordsOf(run.args, 'image')
    if (pairs.length === 0) throw new KubectlError('at least one image update is required')
    const images = new Map(
      pairs.map((pair): [string, string] => [
        pair.slice(0, pair.indexOf('=')),
        pair.slice(pair.indexOf('=') + 1),
      ]),
    )
    if ([...images.values()].some((image) => image === ''))
      throw new KubectlError('at least one image update is required')
    await change(run, await chosen(run, resources), (each) => {
      const unknown = [...images.keys()].filter(
        (name) => name !== '*' && !containers(each.object).some((one) => one['name'] === name),
      )
      const [missing] = unknown
      if (missing !== undefined)
        throw new KubectlError(`unable to find container named ${JSON.stringify(missing)}`)
      const set = (one: JsonObject): JsonObject | undefined => {
        const image = images.get(String(one['name'])) ?? images.get('*')
        return image === undefined || image === one['image'] ? undefined : { name: one['name'], image }
      }
      return { set, says: 'image updated' }
    })
  },
}

export const setEnv: Command = {
  name: 'set env',
  flags: [
    text('containers', 'c'),
    list('env', 'e'),
    text('from'),
    list('keys'),
    bool('list'),
    bool('overwrite'),
    text('prefix'),
    bool('resolve'),
    texts('resource-version'),
    ...common,
  ],
  run: async (run) => {
    const { flags } = run
    if (flags.has('from')) throw new KubectlError('this kubectl takes no variables --from other objects')
    const { resources, pairs } = wordsOf([...run.args, ...flags.all('env')], 'environment variable')
    if (resources.length === 0 && !flags.has('filename'))
      throw new KubectlError(
        'one or more resources must be specified as <resource> <name> or <resource>/<name>',
      )
    const objects = await chosen(run, resources)
    if (flags.on('list') || pairs.length === 0) {
      if (!flags.on('list')) throw new KubectlError('at least one environment variable must be provided')
      for (const each of objects.found) show(run, each)
      throwAll(objects.errors)
      return
    }
    const glob = flags.text('containers') ?? '*'
    const isMeant = new RegExp(`^${glob.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`)
    await change(run, objects, () => ({
      says: 'env updated',
      set: (one) =>
        isMeant.test(String(one['name'])) ? { name: one['name'], env: pairs.map(variable) } : undefined,
    }))
  },
}

function variable(pair: string): JsonObject {
  if (pair.endsWith('-') && !pair.includes('=')) return { $patch: 'delete', name: pair.slice(0, -1) }
  const at_ = pair.indexOf('=')
  return { name: pair.slice(0, at_), value: pair.slice(at_ + 1) }
}

function wordsOf(
  args: readonly string[],
  what: string,
): { readonly resources: readonly string[]; readonly pairs: readonly string[] } {
  const isPair = (arg: string): boolean =>
    (arg.includes('=') && !arg.startsWith('=')) || (arg.endsWith('-') && arg !== '-')
  const first = args.findIndex(isPair)
  if (first < 0) return { resources: args, pairs: [] }
  const pairs = args.slice(first)
  const wrong = pairs.find((arg) => !isPair(arg))
  if (wrong !== undefined)
    throw new KubectlError(`all resources must be specified before ${what} changes: ${wrong}`)
  return { resources: args.slice(0, first), pairs }
}

const podSpecPath = (object: JsonObject): string =>
  ({ Pod: 'spec', CronJob: 'spec.jobTemplate.spec.template.spec' })[asText(object['kind']) ?? ''] ??
  'spec.template.spec'

const listAt = (object: JsonObject, kind: string): readonly JsonObject[] =>
  asList(at(object, `${podSpecPath(object)}.${kind}`)).filter(isObject)

const containers = (object: JsonObject): readonly JsonObject[] => [
  ...listAt(object, 'initContainers'),
  ...listAt(object, 'containers'),
]

interface Setting {
  readonly says: string
  /** What changes in a container. */
  readonly set: (container: JsonObject) => JsonObject | undefined
}

async function change(
  run: Run,
  objects: Awaited<ReturnType<typeof chosen>>,
  settingOf: (each: Found) => Setting,
): Promise<void> {
  const errors = await forEach(objects, async (each) => {
    const { says, set } = settingOf(each)
    const changes = Object.fromEntries(
      ['initContainers', 'containers'].flatMap((kind) => {
        const some = listAt(each.object, kind).flatMap((one) => set(one) ?? [])
        return some.length === 0 ? [] : [[kind, some] as const]
      }),
    )
    if (Object.keys(changes).length === 0) return
    const body = podSpecPath(each.object)
      .split('.')
      .reduceRight<JsonObject>((inside, key) => ({ [key]: inside }), changes)
    const manager = run.flags.text('field-manager') ?? 'kubectl-set'
    const object =
      dryRunOf(run) === 'client'
        ? each.object
        : await patchObject(run, oneOf(each), { kind: 'strategic', body, manager })
    told(run, object, says)
  })
  throwAll(errors)
}

function show(run: Run, { object }: Found): void {
  for (const container of [...listAt(object, 'containers'), ...listAt(object, 'initContainers')]) {
    run.print(`# ${asText(object['kind'])} ${nameOf(object)}, container ${String(container['name'])}`)
    for (const each of asList(container['env']).filter(isObject)) run.print(envLine(each))
  }
}

function envLine(env: JsonObject): string {
  const name = String(env['name'])
  const from = env['valueFrom']
  if (!isObject(from)) return `${name}=${asText(env['value']) ?? ''}`
  const ref = (kind: string): JsonObject => (isObject(from[kind]) ? from[kind] : {})
  if (from['secretKeyRef'] !== undefined)
    return `# ${name} from secret ${String(ref('secretKeyRef')['name'])}, key ${String(ref('secretKeyRef')['key'])}`
  if (from['configMapKeyRef'] !== undefined)
    return `# ${name} from configmap ${String(ref('configMapKeyRef')['name'])}, key ${String(ref('configMapKeyRef')['key'])}`
  if (from['fieldRef'] !== undefined)
    return `# ${name} from field path ${String(ref('fieldRef')['fieldPath'])}`
  return `# ${name} from resource ${String(ref('resourceFieldRef')['resource'])}`
}
