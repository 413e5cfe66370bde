/** Which objects and images are Calico's own: those of its manifests, its operator and the distributions that bring it. */
import type { EventRow, PodRow } from '#cluster/relations.ts'

/** The namespaces that hold nothing but Calico's. */
export const isCalicoNamespace = (namespace: string | undefined): boolean =>
  namespace !== undefined && /^(?:calico-(?:system|apiserver)|tigera-[a-z-]+)$/.test(namespace)

/** `calico-node-x7k2p`, `tigera-operator-…`, `rke2-canal-…`; not `shop-calico-exporter`. */
export const isCalicoName = (name: string | undefined): boolean =>
  name !== undefined && /^(?:rke2-)?(?:calico|canal|tigera)(?:-|$)/.test(name)

export const isCalicoPod = ({ name, namespace, component }: PodRow): boolean =>
  component !== undefined || isCalicoName(name) || isCalicoNamespace(namespace)

/** The object that an event tells of: a pod, or what makes pods. */
export const isOfCalicoObject = ({ about }: EventRow): boolean =>
  isCalicoName(about.name) || isCalicoNamespace(about.namespace) || isCalicoNamespace(about.name)

/**
 * `docker.io/calico/node`, `rancher/mirrored-calico-cni`, `quay.io/tigera/operator`, `us.icr.io/armada-master/calico/typha`: one
 * word of the path is calico or tigera, or begins or ends with it.
 */
export const isCalicoImage = (image: string | undefined): boolean =>
  (image ?? '').split('/').some((part) => /(?:^|-)(?:calico|tigera)(?:[-:@]|$)/.test(part))

/** Stands for the calico-node pod of a node where nobody gave its name; as documentation writes it. */
export const unnamedCalicoPod = 'calico-node-XXXXX'
