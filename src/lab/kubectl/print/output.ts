/** What `-o` says: kubernetes/cli-runtime:pkg/genericclioptions/print_flags.go and kubernetes/kubectl:pkg/cmd/get. */
import { asObject, asText, type JsonObject } from '#lab/api/json.ts'
import { itemsOf, metadataOf, nameOf } from '#lab/kubectl/client.ts'
import { bool, type Flag, type Flags, text } from '#lab/kubectl/flags.ts'
import { execute } from '#lab/kubectl/go-template/execute.ts'
import { functionNames } from '#lab/kubectl/go-template/functions.ts'
import { parseGoTemplate } from '#lab/kubectl/go-template/parse.ts'
import { shown as goShown } from '#lab/kubectl/go-template/values.ts'
import { goJson, goSyntax, rendered } from '#lab/kubectl/jsonpath/find.ts'
import { parseTemplate } from '#lab/kubectl/jsonpath/parse.ts'
import { columnsPrinter } from '#lab/kubectl/print/columns.ts'
import { yamlText } from '#lab/kubectl/print/yaml.ts'
import { HalfPrinted, KubectlError } from '#lab/kubectl/trouble.ts'

export const outputFlags: readonly Flag[] = [
  text('output', 'o'),
  text('template'),
  bool('show-managed-fields'),
  bool('allow-missing-template-keys'),
]

/** Writes an object (or a List of them) as text that ends with its own line end. */
export type ObjectPrinter = (object: JsonObject) => string

const formats =
  'go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,yaml'

/** The printer that `-o` names; `undefined` when nothing, or `wide`, was asked for. Throws for one that there is not. */
export function objectPrinter(
  flags: Flags,
  o: { readonly columns?: boolean } = {},
): ObjectPrinter | undefined {
  const asked = flags.text('output') ?? (flags.has('template') ? 'go-template' : '')
  if (asked === '' || (o.columns === true && asked === 'wide')) return undefined
  const shown = flags.on('show-managed-fields') ? (object: JsonObject) => object : unmanaged
  const [, format = '', template = flags.text('template')] = /^([^=]*)(?:=(.*))?$/s.exec(asked) ?? []
  switch (format) {
    case 'json':
      return (object) => `${goJson(shown(object), '    ')}\n`
    case 'yaml':
      return (object) => yamlText(shown(object))
    case 'name':
      return (object) => each(object, (item) => `${objectName(item)}\n`)
    case 'jsonpath':
      return jsonPath(template)
    case 'custom-columns':
      if (o.columns === true) return columnsPrinter(template ?? '', { headers: !flags.on('no-headers') })
      break
    case 'go-template':
    case 'template':
      return goTemplate(template, { missingIsError: !flags.on('allow-missing-template-keys', true) })
    case 'go-template-file':
    case 'templatefile':
      throw new KubectlError('this kubectl reads no templates from files: use -o go-template=TEMPLATE')
  }
  const allowed =
    o.columns === true
      ? `custom-columns,custom-columns-file,${formats.replace(',yaml', ',wide,yaml')}`
      : formats
  throw new KubectlError(
    `unable to match a printer suitable for the output format ${JSON.stringify(asked)}, allowed formats are: ${allowed}`,
  )
}

/** kubernetes/cli-runtime:pkg/printers/template.go */
function goTemplate(template: string | undefined, o: { readonly missingIsError: boolean }): ObjectPrinter {
  if (template === undefined || template === '')
    throw new KubectlError('template format specified but no template given')
  const parts = goParsed(template)
  return (object) => {
    const { text, error } = execute(template, parts, { ...o, data: object })
    if (error === undefined) return text
    throw new HalfPrinted(
      `error executing template ${JSON.stringify(template)}: ${error}`,
      `${text}Error executing template: ${error}. Printing more information for debugging the template:
	template was:
		${template}
	raw data was:
		${goJson(object)}
	object given to template engine was:
		${goShown(object)}

`,
    )
  }
}

function goParsed(template: string): ReturnType<typeof parseGoTemplate> {
  try {
    return parseGoTemplate(template, functionNames)
  } catch (error) {
    if (!(error instanceof KubectlError) || !error.message.startsWith('template: ')) throw error
    throw new KubectlError(`error parsing template ${template}, ${error.message}`)
  }
}

function jsonPath(template: string | undefined): ObjectPrinter {
  if (template === undefined || template === '')
    throw new KubectlError('template format specified but no template given')
  const parts = parsed(template)
  return (object) => {
    try {
      return rendered(parts, object)
    } catch (error) {
      if (!(error instanceof KubectlError)) throw error
      throw new KubectlError(
        `error executing jsonpath ${JSON.stringify(template)}: Error executing template: ${error.message}. Printing more information for debugging the template:
	template was:
		${template}
	object given to jsonpath engine was:
		${goSyntax(object)}

`,
      )
    }
  }
}

function parsed(template: string): ReturnType<typeof parseTemplate> {
  try {
    return parseTemplate(template)
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error
    throw new KubectlError(`error parsing jsonpath ${template}, ${error.message}`)
  }
}

/** `configmap/x`, `deployment.apps/x`. */
export function objectName(object: JsonObject): string {
  const group = /^(.*)\//.exec(asText(object['apiVersion']) ?? '')?.[1]
  const kind = (asText(object['kind']) ?? '').toLowerCase()
  return `${kind}${group === undefined ? '' : `.${group}`}/${nameOf(object)}`
}

const isList = (object: JsonObject): boolean => Array.isArray(object['items'])

const each = (object: JsonObject, print: (item: JsonObject) => string): string =>
  isList(object) ? itemsOf(object).map(print).join('') : print(object)

/** Without metadata.managedFields. */
export function unmanaged(object: JsonObject): JsonObject {
  if (isList(object)) return { ...object, items: itemsOf(object).map(unmanaged) }
  if (!('managedFields' in asObject(object['metadata']))) return object
  const { managedFields: _, ...metadata } = metadataOf(object)
  return { ...object, metadata }
}

/** Several objects as `-o json` shows them. */
export const listOf = (items: readonly JsonObject[]): JsonObject => ({
  apiVersion: 'v1',
  items,
  kind: 'List',
  metadata: { resourceVersion: '' },
})
