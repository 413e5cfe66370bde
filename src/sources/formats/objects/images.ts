import type { VersionRow } from '#cluster/relations.ts'
import { imageVersions } from '#sources/formats/images.ts'

/**
 * What an image's tag says of the program in it: `docker.io/calico/node:v3.29.1` is `calico/node` in v3.29.1, and of the
 * programs around Calico the image's own name. Images that have no part in the network, and digests alone, say nothing.
 */
export function versionsOfImage(image: string): readonly VersionRow[] {
  const calicos = imageVersions(image)
  if (calicos.length > 0) return calicos
  const m =
    /^(?:[\w.:-]{1,100}\/)?(?:[\w.-]{1,100}\/){0,4}(?<name>[\w.-]{1,100}):(?<tag>[\w][\w.-]{0,127})(?:@|$)/.exec(
      image.trim(),
    )?.groups
  const of = plainName(m?.name ?? '')
  return m?.tag === undefined || !around.has(of) ? [] : [{ of, version: m.tag }]
}

/** Mirrors prefix the name, old builds suffix the machine: `rancher/mirrored-coredns-coredns`, `kube-proxy-amd64`. */
const plainName = (name: string): string =>
  name
    .replace(/-(?:amd64|arm64|ppc64le|s390x)$/, '')
    .replace(/^(?:mirrored-|hardened-)/, '')
    .replace(/^(?:coredns|cilium|flannel|flannelcni)-/, '')

const around: ReadonlySet<string> = new Set([
  'kube-proxy',
  'kube-apiserver',
  'kube-controller-manager',
  'etcd',
  'coredns',
  'flannel',
  'cilium',
  'weave-kube',
  'kube-router',
  'multus-cni',
])
