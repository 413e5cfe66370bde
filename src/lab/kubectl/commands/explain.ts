/**
 * `kubectl explain`: kubernetes/kubectl:pkg/cmd/explain/explain.go, pkg/explain/v2.
 *
 * Not imitated: `--output=plaintext-openapiv2`.
 */
import { asObject } from '#lab/api/json.ts'
import { type Discovery, qualified, type Resource, resourceNamed } from '#lab/kubectl/discovery.ts'
import { page } from '#lab/kubectl/explain/page.ts'
import { Schemas } from '#lab/kubectl/explain/schemas.ts'
import { bool, text } from '#lab/kubectl/flags.ts'
import type { Command, Run } from '#lab/kubectl/run.ts'
import { KubectlError } from '#lab/kubectl/trouble.ts'

export const explain: Command = {
  name: 'explain',
  flags: [bool('recursive'), text('api-version'), text('output')],
  run: async (run) => {
    const { flags } = run
    const word = only(run)
    const output = flags.text('output') ?? 'plaintext'
    const { resource, path } = asked(await run.discovery(), word)
    const [version = '', group = ''] = (flags.text('api-version') ?? '').split('/').reverse()
    const wanted = flags.has('api-version') ? { ...resource, group, version } : resource
    const schemas = await documentOf(run, wanted)
    if (output !== 'plaintext')
      throw new KubectlError(
        output === 'plaintext-openapiv2'
          ? 'this kubectl explains by version 3 of OpenAPI only: leave out --output'
          : `unrecognized format: ${output}`,
      )
    const root = schemas.ofKind(wanted)
    if (root === undefined) throw new KubectlError(`GVR (${gvr(wanted)}) not found in OpenAPI schema`)
    const of = wanted.group === '' ? '' : `GROUP:      ${wanted.group}\n`
    run.ports.stdout.write(`${of}KIND:       ${wanted.kind}\nVERSION:    ${wanted.version}\n\n`)
    const shown = page(schemas, root, { path, recursive: flags.on('recursive') })
    if (shown === undefined) throw new KubectlError(`field ${JSON.stringify(path.at(-1))} does not exist`)
    run.ports.stdout.write(shown)
  },
}

function only({ args }: Run): string {
  const [word, ...more] = args
  if (word === undefined)
    throw new KubectlError(
      'You must specify the type of resource to explain. Use "kubectl api-resources" for a complete list of supported resources.',
    )
  if (more.length > 0) throw new KubectlError('We accept only this format: explain RESOURCE')
  return word
}

/** The type, whose group may stand behind its plural name, and the fields that follow. */
function asked(
  discovery: Discovery,
  word: string,
): { readonly resource: Resource; readonly path: readonly string[] } {
  const [first = '', ...rest] = word.split('.')
  const resource = named(discovery, first)
  const whole = qualified(resource)
  const path = word.startsWith(whole) ? word.slice(whole.length).split('.') : rest
  return { resource, path: path.filter((name) => name !== '') }
}

function named(discovery: Discovery, word: string): Resource {
  try {
    return resourceNamed(discovery, word)
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error
    throw new KubectlError(error.message, { plain: true })
  }
}

const gvr = ({ group, version, resource }: Resource): string => `${group}/${version}, Resource=${resource}`

/** What the server says of the type's group and version. */
async function documentOf({ client }: Run, of: Resource): Promise<Schemas> {
  const { paths } = await client.json('/openapi/v3')
  const path = of.group === '' ? `api/${of.version}` : `apis/${of.group}/${of.version}`
  const url = asObject(asObject(paths)[path])['serverRelativeURL']
  if (typeof url !== 'string') throw new KubectlError(`couldn't find resource for "${gvr(of)}"`)
  return new Schemas(await client.json(url))
}
