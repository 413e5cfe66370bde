/** Calico's resources as CustomResourceDefinitions: projectcalico/calico:manifests/crds.yaml, 3.24 to 3.32. */
import { asList, asObject, freeze, type JsonObject } from '#lab/api/json.ts'
import { mergePatch } from '#lab/api/patch/merge.ts'
import { calicoCrdChangeLines } from '#lab/api/types/generated/calico-crd-changes.ts'
import { calicoCrdLines } from '#lab/api/types/generated/calico-crds.ts'

/** The release whose definitions are written whole; the others are told by what they have otherwise than their neighbour. */
const writtenMinor = 29

const made = new Map<number, readonly JsonObject[]>()

/**
 * Metadata and spec of each definition, as the install manifest of Calico 3.`minor` brings them: of the newest of its releases that
 * was looked at. A minor release that is not known is the nearest known.
 */
export function calicoDefinitions(minor: number): readonly JsonObject[] {
  const found = made.get(minor)
  if (found !== undefined) return found
  const definitions = new Map(
    parsed<JsonObject>(calicoCrdLines).map((one) => [asObject(one.metadata).name, one]),
  )
  for (const [, name, patch] of changesTowards(minor)) {
    const next = patch === null ? undefined : patched(definitions.get(name), patch)
    if (next === undefined) definitions.delete(name)
    else definitions.set(name, next)
  }
  const all = freeze([...definitions.values()])
  made.set(minor, all)
  return all
}

/** `null`: that release has no such kind. */
type Change = readonly [minor: number, name: string, patch: JsonObject | null]

/** Those of each release between, the nearest to the one that is written whole first. */
const changesTowards = (minor: number): readonly Change[] =>
  parsed<Change>(calicoCrdChangeLines)
    .filter(([at]) => (at > writtenMinor ? at <= minor : at >= minor))
    .toSorted(([a], [b]) => Math.abs(a - writtenMinor) - Math.abs(b - writtenMinor))

/** In a patch, versions stand by their names. */
function patched(definition: JsonObject | undefined, patch: JsonObject): JsonObject {
  const spec = asObject(definition?.spec)
  const versions = Object.fromEntries(asList(spec.versions).map((one) => [asObject(one).name, one]))
  const next = asObject(mergePatch({ ...definition, spec: { ...spec, versions } }, patch))
  const nextSpec = asObject(next.spec)
  return { ...next, spec: { ...nextSpec, versions: Object.values(asObject(nextSpec.versions)) } }
}

const parsed = <T>(lines: string): readonly T[] =>
  lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T) // the script writes them so
