/** Names, labels and annotations: staging:apimachinery/pkg/util/validation/validation.go. */
import { asList, asObject, type JsonObject } from '#lab/api/json.ts'
import { type FieldError, invalidValue, required } from '#lab/api/status.ts'
import type { ResourceDef } from '#lab/api/types/resource-def.ts'

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const serviceName = /^[a-z]([-a-z0-9]*[a-z0-9])?$/
const qualifiedName = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/
const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/

const subdomainText =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
const labelText =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
const serviceNameText =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"
const labelValueText =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
const qualifiedForm =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"

/** What is wrong with an object's metadata, field by field. */
export function metadataErrors(def: ResourceDef, object: JsonObject): FieldError[] {
  const metadata = asObject(object.metadata)
  return [
    ...nameErrors(def, metadata.name),
    ...labelErrors('metadata.labels', metadata.labels),
    ...annotationErrors(metadata.annotations),
    ...(def.schema === undefined ? finalizerErrors(metadata.finalizers) : []),
  ]
}

/** pkg/apis/core/v1/helper/helpers.go (standardFinalizers). Of custom resources nobody asks that. */
export const finalizerErrors = (finalizers: unknown): FieldError[] =>
  asList(finalizers)
    .map(String)
    .flatMap((name, at) => {
      const field = `metadata.finalizers[${at}]`
      const errors = qualifiedNameFaults(name).map((fault) => invalidValue(field, name, fault))
      return name.includes('/') || ['kubernetes', 'orphan', 'foregroundDeletion'].includes(name)
        ? errors
        : [
            ...errors,
            invalidValue(field, name, 'name is neither a standard finalizer name nor is it fully qualified'),
          ]
    })

function nameErrors({ nameForm }: ResourceDef, name: unknown): FieldError[] {
  const field = 'metadata.name'
  if (typeof name !== 'string' || name === '') return [required(field, 'name or generateName is required')]
  if (nameForm === 'path')
    return /^\.\.?$|[/%]/.test(name) ? [invalidValue(field, name, "may not contain '/'")] : []
  return nameFaults[nameForm](name).map((fault) => invalidValue(field, name, fault))
}

/** A name that has to be a DNS label: a container's. */
export const labelNameError = (field: string, name: unknown): FieldError[] =>
  labelFaults(String(name)).map((fault) => invalidValue(field, name, fault))

const faults =
  (form: RegExp, says: string, most: number) =>
  (text: string): readonly string[] => {
    if (text.length > most) return [`must be no more than ${most} characters`]
    return form.test(text) ? [] : [says]
  }

/** What keeps a text from being a name of a certain form. */
export const labelFaults = faults(label, labelText, 63)
export const subdomainFaults = faults(subdomain, subdomainText, 253)
const serviceFaults = faults(serviceName, serviceNameText, 63)
const nameFaults = { label: labelFaults, service: serviceFaults, subdomain: subdomainFaults }

export const labelValueFaults = faults(labelValue, labelValueText, 63)
export function qualifiedNameFaults(text: string): readonly string[] {
  const parts = text.split('/')
  if (parts.length > 2)
    return [
      `a qualified name ${qualifiedForm} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ]
  const [name = '', prefix] = parts.reverse()
  return [
    ...(prefix === '' ? ['prefix part must be non-empty'] : []),
    ...(prefix ? subdomainFaults(prefix).map((fault) => `prefix part ${fault}`) : []),
    ...(name === '' ? ['name part must be non-empty'] : []),
    ...(name.length > 63 ? ['name part must be no more than 63 characters'] : []),
    ...(qualifiedName.test(name) ? [] : [`name part ${qualifiedForm}`]),
  ]
}

/** What is wrong with a map of labels. */
export function labelErrors(field: string, labels: unknown): FieldError[] {
  return Object.entries(asObject(labels)).flatMap(([key, value]) => {
    const errors = keyErrors(field, key)
    if (typeof value !== 'string') return errors
    if (value.length > 63) errors.push(invalidValue(field, value, 'must be no more than 63 characters'))
    else if (!labelValue.test(value)) errors.push(invalidValue(field, value, labelValueText))
    return errors
  })
}

/** Of a key of labels, or of a name that is qualified like one. */
export const keyErrors = (field: string, key: string): FieldError[] =>
  qualifiedNameFaults(key).map((fault) => invalidValue(field, key, fault))

const annotationBytesMax = 256 * 1024

function annotationErrors(annotations: unknown): FieldError[] {
  const entries = Object.entries(asObject(annotations))
  const bytes = entries.reduce((sum, [key, value]) => sum + key.length + String(value).length, 0)
  const errors = entries.flatMap(([key]) => keyErrors('metadata.annotations', key.toLowerCase()))
  if (bytes > annotationBytesMax)
    errors.push({
      field: 'metadata.annotations',
      reason: 'FieldValueInvalid',
      message: `Too long: may not be more than ${annotationBytesMax} bytes`,
    })
  return errors
}
