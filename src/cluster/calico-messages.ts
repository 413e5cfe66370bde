/** Whose a message is that any program or pod may be the subject of. */
import type { Fact, Reads } from '#cluster/facts.ts'
import type { MessageRow } from '#cluster/relations.ts'

/** How Calico's images, pods, accounts and containers are called; canal is Calico with flannel. */
const names = ['calico', 'tigera', 'canal', 'typha']

const isCalicos = (name: string | undefined): boolean =>
  name !== undefined && names.some((each) => name.includes(each))

/**
 * Whether a message speaks of Calico: its pod, its account, its image, its container; or its own program printed it. Of one
 * that names nobody its error text tells.
 */
export function isOfCalico(_facts: Reads<'pods'>, { message, pod, container }: Fact<MessageRow>): boolean {
  const { params, id, inner = [] } = message
  if (programs.has(id.slice(0, id.indexOf('/')))) return true
  const told = [
    pod?.name,
    container,
    params.user,
    params.image,
    params.container,
    params.pod,
    params.name,
    params.missingRole,
  ]
  const quoted = inner.flatMap((one) => [one.params.user, one.params.name, one.params.image])
  const known = [...told, ...quoted].filter((name) => name !== undefined)
  return known.some(isCalicos) || (known.length === 0 && isCalicos(params.error ?? ''))
}

/** Programs whose messages are Calico's own, by the first part of their ids. */
const programs = new Set([
  'bgp',
  'bird',
  'birdcl',
  'bpf-init',
  'calico-apiserver',
  'calicoctl',
  'cni',
  'confd',
  'datastore',
  'felix',
  'install-cni',
  'ipam',
  'ippool',
  'kube-controllers',
  'operator',
  'startup',
  'tunnel',
  'typha',
  'upgrade-ipam',
])
