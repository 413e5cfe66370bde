/**
 * CustomResourceDefinitions themselves: what makes one acceptable.
 * staging:apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go, pkg/apiserver/schema/validation.go.
 *
 * Not imitated: conversion by webhook, most of the rules about schemas beyond their types.
 */
import { correlates, ruleErrors } from '#lab/api/custom/definition-expressions.ts'
import { asList, asObject, asText, at, isObject, type JsonObject } from '#lab/api/json.ts'
import { type FieldError, invalidValue, required } from '#lab/api/status.ts'

/** What is wrong with a definition. */
export function definitionErrors(crd: JsonObject): FieldError[] {
  const spec = asObject(crd.spec)
  const versions = asList(spec.versions).map(asObject)
  return [
    ...nameErrors(spec, asText(asObject(crd.metadata).name) ?? ''),
    ...versionErrors(versions),
    ...versions.flatMap((version, index) =>
      schemaErrorsOf(version, versions.length === 1 ? undefined : index),
    ),
  ]
}

function nameErrors(spec: JsonObject, name: string): FieldError[] {
  const { plural, kind } = asObject(spec.names)
  const errors: FieldError[] = []
  if (!spec.group) errors.push(required('spec.group'))
  if (spec.scope !== 'Namespaced' && spec.scope !== 'Cluster')
    errors.push(
      spec.scope === undefined
        ? required('spec.scope')
        : {
            field: 'spec.scope',
            reason: 'FieldValueNotSupported',
            message: `Unsupported value: ${JSON.stringify(spec.scope)}: supported values: "Cluster", "Namespaced"`,
          },
    )
  if (!plural) errors.push(required('spec.names.plural'))
  if (!kind) errors.push(required('spec.names.kind'))
  if (plural && spec.group && name !== `${String(plural)}.${String(spec.group)}`)
    errors.push(invalidValue('metadata.name', name, 'must be spec.names.plural+"."+spec.group'))
  return errors
}

function versionErrors(versions: readonly JsonObject[]): FieldError[] {
  if (versions.filter((version) => version.storage === true).length === 1) return []
  return [invalidValue('spec.versions', versions, 'must have exactly one version marked as storage version')]
}

function schemaErrorsOf(version: JsonObject, index: number | undefined): FieldError[] {
  // A single version's schema is that of the whole definition inside the server.
  const field =
    index === undefined ? 'spec.validation.openAPIV3Schema' : `spec.versions[${index}].schema.openAPIV3Schema`
  const schema = at(version, 'schema.openAPIV3Schema')
  if (!isObject(schema))
    return [required(`spec.versions[${index ?? 0}].schema.openAPIV3Schema`, 'schemas are required')]
  return [...structuralErrors(schema, field, ' at the root'), ...expressionErrors(schema, field)]
}

/** Of the schema and of all below. `uncorrelated`: since where nobody can tell what was there before. */
function expressionErrors(schema: JsonObject, field: string, uncorrelated?: string): FieldError[] {
  const root = field.endsWith('openAPIV3Schema')
  const within = uncorrelated ?? (correlates(schema) ? undefined : field)
  const inside: [string, unknown][] = [
    ...Object.entries(asObject(schema.properties)).map(([name, inner]): [string, unknown] => [
      `.properties[${name}]`,
      inner,
    ]),
    ['.items', schema.items],
    ['.additionalProperties', schema.additionalProperties],
  ]
  return [
    ...ruleErrors(schema, field, { root, uncorrelated }),
    ...inside.flatMap(([step, inner]) =>
      isObject(inner) ? expressionErrors(inner, `${field}${step}`, within) : [],
    ),
  ]
}

/** Every value has a type, unless anything is allowed there. */
function structuralErrors(schema: JsonObject, field: string, where: string): FieldError[] {
  const free =
    schema['x-kubernetes-preserve-unknown-fields'] === true || schema['x-kubernetes-int-or-string'] === true
  const errors: FieldError[] = []
  if (!schema.type && (!free || where === ' at the root'))
    errors.push(required(`${field}.type`, `must not be empty${where}`))
  for (const [name, property] of Object.entries(asObject(schema.properties)))
    errors.push(
      ...structuralErrors(asObject(property), `${field}.properties[${name}]`, ' for specified object fields'),
    )
  if (isObject(schema.items))
    errors.push(...structuralErrors(schema.items, `${field}.items`, ' for specified array items'))
  else if (schema.type === 'array') errors.push(required(`${field}.items`, 'must be specified'))
  if (isObject(schema.additionalProperties))
    errors.push(
      ...structuralErrors(
        schema.additionalProperties,
        `${field}.additionalProperties`,
        ' for specified object fields',
      ),
    )
  return errors
}
