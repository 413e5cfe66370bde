/** The served types: built in, and those that CustomResourceDefinitions bring. */
import { asList, asObject, asText, at, isObject, type JsonObject } from '#lab/api/json.ts'
import type { ResourceType } from '#lab/api/ports.ts'
import { builtinTypes } from '#lab/api/types/builtin.ts'
import {
  type DefOptions,
  define,
  groupVersion,
  type PrinterColumn,
  type ResourceDef,
  readWrite,
  type ScalePaths,
  scale,
  statusOf,
} from '#lab/api/types/resource-def.ts'

export class Registry {
  readonly #byPath = new Map<string, ResourceDef>()
  readonly #byKind = new Map<string, ResourceDef>()
  /** By who asks for it, until something else is served: programs name their types by a few values. */
  #found = new WeakMap<ResourceType, ResourceDef>()
  /** What each CustomResourceDefinition brings. */
  readonly #custom = new Map<string, { readonly spec: unknown; readonly defs: readonly ResourceDef[] }>()
  /** Moves with every change of what is served. */
  version = 1
  #minor = 0

  /** `minor`: the release of Kubernetes that serves. */
  constructor(minor = Number.POSITIVE_INFINITY) {
    this.serve(minor)
  }

  /** Serves the built-in types of a minor release, from now on. */
  serve(minor: number): void {
    this.#minor = minor
    for (const def of builtinTypes)
      if ((def.since ?? 0) <= minor && this.ofKind(groupVersion(def), def.kind) === undefined) this.#add(def)
    this.version++
  }

  /** The release of Kubernetes that serves. */
  get minor(): number {
    return this.#minor
  }

  find(type: ResourceType): ResourceDef | undefined {
    const known = this.#found.get(type)
    if (known !== undefined) return known
    const found = this.#byPath.get(`${type.group}/${type.version}/${type.resource}`)
    if (found !== undefined) this.#found.set(type, found)
    return found
  }

  ofKind(apiVersion: string, kind: string): ResourceDef | undefined {
    return this.#byKind.get(`${apiVersion}/${kind}`)
  }

  /** In discovery's order. */
  all(): readonly ResourceDef[] {
    return [...this.#byPath.values()]
  }

  /** Serves what a CustomResourceDefinition describes, and no longer what it described before. */
  install(crd: JsonObject): void {
    const name = String(at(crd, 'metadata.name'))
    if (this.#custom.get(name)?.spec === crd.spec) return
    this.#drop(name)
    const defs = customTypes(crd)
    for (const def of defs) this.#add(def)
    this.#custom.set(name, { spec: crd.spec, defs })
    this.version++
  }

  /** Stops serving what a CustomResourceDefinition described. */
  remove(crd: JsonObject): void {
    this.#drop(String(at(crd, 'metadata.name')))
    this.version++
  }

  #drop(name: string): void {
    this.#found = new WeakMap()
    for (const def of this.#custom.get(name)?.defs ?? []) {
      this.#byPath.delete(`${groupVersion(def)}/${def.resource}`)
      this.#byKind.delete(`${groupVersion(def)}/${def.kind}`)
    }
    this.#custom.delete(name)
  }

  #add(def: ResourceDef): void {
    this.#found = new WeakMap()
    this.#byPath.set(`${def.group}/${def.version}/${def.resource}`, def)
    this.#byKind.set(`${groupVersion(def)}/${def.kind}`, def)
  }
}

/** The types that a CustomResourceDefinition serves. */
export function customTypes(crd: JsonObject): readonly ResourceDef[] {
  const spec = asObject(crd.spec)
  const names = asObject(spec.names)
  const group = asText(spec.group)
  const resource = asText(names.plural)
  const kind = asText(names.kind)
  if (group === undefined || resource === undefined || kind === undefined) return []
  const versions = asList(spec.versions).filter(isObject)
  const storage = versions.find((version) => version.storage === true)
  return versions
    .filter((version) => version.served !== false)
    .map((version) => {
      const separate = at(version, 'subresources.status') !== undefined
      const scaled = scalePathsOf(at(version, 'subresources.scale'))
      const options: DefOptions = {
        singular: asText(names.singular) ?? kind.toLowerCase(),
        namespaced: spec.scope === 'Namespaced',
        shortNames: asList(names.shortNames).map(String),
        categories: asList(names.categories).map(String),
        verbs: readWrite,
        bucket: `${group}/${resource}`,
        statusApart: separate,
        counted: true,
        unconditionalUpdate: false,
        schema: asObject(at(version, 'schema.openAPIV3Schema')),
        columns: asList(version.additionalPrinterColumns).filter(
          isObject,
        ) as unknown as readonly PrinterColumn[], // the CRD's own schema
        subresources: { ...(separate ? statusOf(kind) : {}), ...(scaled === undefined ? {} : scale) },
        scalePaths: scaled,
        deprecation: deprecationOf(version, `${group}/${String(version.name)} ${kind}`),
        ...(storage === undefined || storage === version
          ? {}
          : { storedAs: `${group}/${String(storage.name)}` }),
      }
      return define([group, String(version.name)], resource, kind, options)
    })
}

/** staging:apiextensions-apiserver/pkg/apiserver/customresource_handler.go (getOrCreateServingInfoFor). */
const deprecationOf = ({ deprecated, deprecationWarning }: JsonObject, what: string): string | undefined =>
  deprecated === true ? (asText(deprecationWarning) ?? `${what} is deprecated`) : undefined

function scalePathsOf(scale: unknown): ScalePaths | undefined {
  if (!isObject(scale)) return undefined
  const path = (key: string): string | undefined => asText(scale[key])?.replace(/^\./, '')
  return {
    spec: path('specReplicasPath') ?? '',
    status: path('statusReplicasPath') ?? '',
    selector: path('labelSelectorPath'),
  }
}
