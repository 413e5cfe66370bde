import type { KubeObject } from '#lab/api/objects.ts'
import { type Kube, type ResourceType, resources } from '#lab/api/ports.ts'
import { Refusal } from '#lab/calico/calicoctl/refusal.ts'
import { kindNamed } from '#lab/calico/calicoctl/resources.ts'
import type { Process } from '#lab/host/ports.ts'

/** `calicoctl label KIND NAME KEY=VALUE [--overwrite] | KEY --remove` (projectcalico/calico:calicoctl/calicoctl/commands/label.go). */
export async function label(
  p: Process,
  kube: Kube,
  {
    words,
    namespace = 'default',
  }: { readonly words: readonly string[]; readonly namespace: string | undefined },
): Promise<number> {
  const [kind = '', name = '', pair = ''] = words.filter((word) => !word.startsWith('--'))
  const [key = '', value] = pair.split('=')
  const isRemoval = words.includes('--remove')
  if (key === '' || (value === undefined) !== isRemoval)
    throw new Refusal(
      `Invalid option: 'calicoctl label ${words.join(' ')}'. Use flag '--help' to read about a specific subcommand.`,
    )
  const { type, isNamespaced } = typeOf(kind)
  const ref = { type, name, ...(isNamespaced ? { namespace } : {}) }
  const { metadata } = await kube.get<KubeObject>(ref)
  const before = metadata.labels?.[key]
  if (isRemoval && before === undefined)
    throw new Refusal(`cannot remove label of ${kind} ${name}, key ${key} does not exist`)
  if (!isRemoval && before !== undefined && before !== value && !words.includes('--overwrite'))
    throw new Refusal(
      `failed to update label of ${kind} ${name}, key ${key} is already present. please use '--overwrite' to set a new value.`,
    )
  await kube.patch(ref, {
    type: 'merge',
    body: { metadata: { labels: { [key]: isRemoval ? null : value } } },
  })
  const did = isRemoval ? 'removed' : before === undefined ? 'set' : 'updated'
  p.stdout.write(`Successfully ${did} label ${key} ${isRemoval ? 'from' : 'on'} ${kind} ${name}\n`)
  return 0
}

/** Nodes are Kubernetes' own. */
function typeOf(kind: string): { readonly type: ResourceType; readonly isNamespaced: boolean } {
  if (/^(nodes?|no)$/i.test(kind)) return { type: resources.nodes, isNamespaced: false }
  const found = kindNamed(kind)
  if (found === undefined) throw new Refusal(`resource type '${kind}' is not supported`)
  return { type: found.type, isNamespaced: found.namespaced }
}
