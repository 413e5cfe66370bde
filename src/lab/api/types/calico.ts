/** Calico's resources as CustomResourceDefinitions: projectcalico/calico:manifests/crds.yaml of v3.29. */
import { freeze, type JsonObject } from '#lab/api/json.ts'
import { calicoCrdLines } from '#lab/api/types/generated/calico-crds.ts'

let read: readonly JsonObject[] | undefined

/** Metadata and spec of each definition, as the install manifest brings them. */
export function calicoDefinitions(): readonly JsonObject[] {
  read ??= freeze(
    calicoCrdLines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as JsonObject), // the script writes objects
  )
  return read
}
