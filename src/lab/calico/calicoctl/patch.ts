import { parse } from 'yaml'
import { datastore } from '#lab/calico/calicoctl/datastore.ts'
import { optionsOf } from '#lab/calico/calicoctl/options.ts'
import { known, one } from '#lab/calico/calicoctl/read.ts'
import type { Process } from '#lab/host/ports.ts'

/** `calicoctl patch`. */
export async function patch(p: Process, words: readonly string[]): Promise<number> {
  const o = optionsOf(words)
  const [named, name = ''] = o.rest
  const kind = known(named)
  const kube = await datastore(p)
  const body: unknown = parse(o.patch ?? '{}')
  await one(kube, kind, o, name)
  await kube.patch(
    { type: kind.type, name, ...(kind.namespaced ? { namespace: o.namespace ?? 'default' } : {}) },
    { type: 'merge', body },
  )
  p.stdout.write(`Successfully patched 1 '${kind.kind}' resource\n`)
  return 0
}
