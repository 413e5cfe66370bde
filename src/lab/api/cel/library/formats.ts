/** Named forms of texts: staging:apiserver/pkg/cel/library/format.go (Kubernetes 1.32). */
import { type Environment, Optional } from '@marcbachmann/cel-js'
import {
  labelFaults,
  labelValueFaults,
  qualifiedNameFaults,
  subdomainFaults,
} from '#lab/api/admission/names.ts'
import { textHasFormat } from '#lab/api/custom/formats.ts'

type Errors = (text: string) => readonly string[]

class Format {
  readonly errors: Errors

  constructor(errors: Errors) {
    this.errors = errors
  }
}

const dns1035: Errors = (text) => {
  if (text.length > 63) return ['must be no more than 63 characters']
  return /^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(text)
    ? []
    : [
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
      ]
}

const asFormat =
  (name: string, says: string): Errors =>
  (text) =>
    textHasFormat(text, name) ? [] : [says]

/** A prefix may end where a name may not: its last dash is no mistake. */
const prefix =
  (errors: Errors): Errors =>
  (text) =>
    errors(text.replace(/-$/, 'a'))

const uri: Errors = (text) =>
  /^([A-Za-z][A-Za-z0-9+.-]*:\/\/|\/)/.test(text)
    ? []
    : [`parse ${JSON.stringify(text)}: invalid URI for request`]

const formats: Readonly<Record<string, Errors>> = {
  dns1123Label: labelFaults,
  dns1123Subdomain: subdomainFaults,
  dns1035Label: dns1035,
  qualifiedName: qualifiedNameFaults,
  dns1123LabelPrefix: prefix(labelFaults),
  dns1123SubdomainPrefix: prefix(subdomainFaults),
  dns1035LabelPrefix: prefix(dns1035),
  labelValue: labelValueFaults,
  uri,
  uuid: asFormat('uuid', 'does not match the UUID format'),
  byte: asFormat('byte', 'invalid base64'),
  date: asFormat('date', 'invalid date'),
  datetime: asFormat('date-time', 'invalid datetime'),
}

class FormatNamespace {}

export function registerFormats(environment: Environment): void {
  const type = 'kubernetes.NamedFormat'
  const known = new Map(Object.entries(formats).map(([name, errors]) => [name, new Format(errors)]))
  environment
    .registerType(type, Format)
    .registerType('FormatNamespace', FormatNamespace)
    .registerConstant('format', 'FormatNamespace', new FormatNamespace())
    .registerFunction(`FormatNamespace.named(string): optional<${type}>`, (_: unknown, name: string) =>
      Optional.of(known.get(name)),
    )
    .registerFunction(
      `${type}.validate(string): optional<list<string>>`,
      ({ errors }: Format, text: string) => {
        const found = errors(text)
        return found.length === 0 ? Optional.none() : Optional.of(found)
      },
    )
  for (const [name, format] of known)
    environment.registerFunction(`FormatNamespace.${name}(): ${type}`, () => format)
}
