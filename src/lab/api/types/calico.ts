/** Calico's resources as CustomResourceDefinitions: projectcalico/calico:manifests/crds.yaml of v3.29, and the rules that v3.32 added to them. */
import { ruleErrors } from '#lab/api/custom/definition-expressions.ts'
import { asObject, freeze, type JsonObject } from '#lab/api/json.ts'
import { calicoCrdLines } from '#lab/api/types/generated/calico-crds.ts'
import { calicoRuleLines } from '#lab/api/types/generated/calico-rules.ts'

let read: readonly JsonObject[] | undefined

/** The first minor release whose definitions have rules of their own. */
const ruledSince = 32

/** Metadata and spec of each definition, as the install manifest of Calico 3.`minor` brings them. */
export function calicoDefinitions(minor: number): readonly JsonObject[] {
  read ??= freeze(parsed(calicoCrdLines))
  return minor < ruledSince ? read : withRules(read)
}

const parsed = <T>(lines: string): readonly T[] =>
  lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T) // the scripts write them so

type Placed = readonly [name: string, path: readonly string[], rules: readonly unknown[]]

function withRules(definitions: readonly JsonObject[]): readonly JsonObject[] {
  const rules = parsed<Placed>(calicoRuleLines)
  return definitions.map((definition) =>
    rules
      .filter(([name]) => name === asObject(definition.metadata).name)
      .reduce((ruled, [, path, list]) => ruledAt(ruled, path, list), definition),
  )
}

function ruledAt(definition: JsonObject, path: readonly string[], rules: readonly unknown[]): JsonObject {
  const spec = asObject(definition.spec)
  const versions = (spec.versions as readonly JsonObject[]).map((version) => {
    const schema = asObject(asObject(version.schema).openAPIV3Schema)
    return { ...version, schema: { openAPIV3Schema: added(schema, path, rules) } }
  })
  return { ...definition, spec: { ...spec, versions } }
}

/** A place that the older schema lacks gets no rules, nor does one get rules about fields that it lacks. */
function added(
  schema: JsonObject,
  [step, ...rest]: readonly string[],
  rules: readonly unknown[],
): JsonObject {
  if (step !== undefined)
    return schema[step] === undefined
      ? schema
      : { ...schema, [step]: added(asObject(schema[step]), rest, rules) }
  const ruled = (list: readonly unknown[]): JsonObject => ({ ...schema, 'x-kubernetes-validations': list })
  const isRoot = schema.properties !== undefined && 'spec' in asObject(schema.properties)
  const place = { root: isRoot, uncorrelated: undefined }
  return ruled(rules.filter((rule) => ruleErrors(ruled([rule]), '', place).length === 0))
}
