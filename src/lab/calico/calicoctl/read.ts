/** What calicoctl reads of stored objects. */
import type { KubeObject } from '#lab/api/objects.ts'
import { isKubeError, type Kube } from '#lab/api/ports.ts'
import type { Options } from '#lab/calico/calicoctl/options.ts'
import { Refusal } from '#lab/calico/calicoctl/refusal.ts'
import { type Kind, kindNamed } from '#lab/calico/calicoctl/resources.ts'

/** The kind of that name, in any of its spellings. Throws {@link Refusal}. */
export function known(name: string | undefined): Kind {
  const kind = name === undefined ? undefined : kindNamed(name)
  if (kind !== undefined) return kind
  throw new Refusal(`Failed to get resources: resource type '${name ?? ''}' is not supported`)
}

/** Those of a kind by name, of one namespace unless all are asked for. */
export async function listed(kube: Kube, kind: Kind, o: Options): Promise<readonly KubeObject[]> {
  const scope = kind.namespaced && !o.allNamespaces ? { namespace: o.namespace ?? 'default' } : {}
  const { items } = await kube.list<KubeObject>({ type: kind.type, ...scope })
  return items.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
}

/** Throws {@link Refusal} for one that there is not. */
export async function one(kube: Kube, kind: Kind, o: Options, name: string): Promise<KubeObject> {
  try {
    return await kube.get<KubeObject>({
      type: kind.type,
      name,
      ...(kind.namespaced ? { namespace: o.namespace ?? 'default' } : {}),
    })
  } catch (error) {
    if (!isKubeError(error, 'NotFound')) throw error
    throw new Refusal(
      `Failed to get resources: resource does not exist: ${kind.kind}(${name}) with error: ${error.message}`,
    )
  }
}
