/** Which objects the arguments of a command name: kubernetes/cli-runtime:pkg/resource/builder.go. */
import { type Discovery, preferred, type Resource, resourceNamed } from '#lab/kubectl/discovery.ts'
import type { Run } from '#lab/kubectl/run.ts'
import { KubectlError } from '#lab/kubectl/trouble.ts'

export interface Named {
  readonly resource: Resource
  readonly name: string
}

export type Targets =
  | { readonly kind: 'named'; readonly named: readonly Named[] }
  | { readonly kind: 'all'; readonly resources: readonly Resource[] }

/** Reads `TYPE`, `TYPE,TYPE`, `TYPE NAME…` and `TYPE/NAME …`. Throws in the builder's words. */
export async function targetsOf(run: Run, args: readonly string[] = run.args): Promise<Targets> {
  const discovery = await run.discovery()
  const slashed = args.filter((arg) => arg.includes('/'))
  if (slashed.length > 0) {
    if (slashed.length < args.length) throw new KubectlError(mixed(run))
    return { kind: 'named', named: args.map((arg) => pair(discovery, arg)) }
  }
  const [types = '', ...names] = args
  const resources = resourcesOf(discovery, types)
  return names.length === 0
    ? { kind: 'all', resources }
    : { kind: 'named', named: resources.flatMap((resource) => names.map((name) => ({ resource, name }))) }
}

/** The types of a list with commas; a category (`all`) stands for its types. */
export function resourcesOf(discovery: Discovery, types: string): readonly Resource[] {
  const words = types.split(',')
  if (words.some((word) => word === ''))
    throw new KubectlError('arguments in resource/name form may not have more than one slash')
  return words.flatMap((word) => {
    const members = discovery.resources.filter(({ categories }) => categories.includes(word))
    return members.length > 0 ? preferred(members) : [resourceNamed(discovery, word)]
  })
}

function pair(discovery: Discovery, arg: string): Named {
  const [type = '', name = '', ...more] = arg.split('/')
  if (more.length > 0)
    throw new KubectlError('arguments in resource/name form may not have more than one slash')
  if (type === '' || name === '')
    throw new KubectlError('arguments in resource/name form must have a single resource and name')
  return { resource: resourceNamed(discovery, type), name }
}

const mixed = ({ command }: Run): string =>
  `there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl ${command.split(' ')[0]} resource/<resource_name>' instead of 'kubectl ${command.split(' ')[0]} resource resource/<resource_name>'`
