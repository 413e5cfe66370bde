import type { ContainerDef, DaemonSet } from '#lab/api/objects.ts'

/** Variables of calico-node that the operator knows how to carry over (tigera/operator:pkg/controller/migration/convert). */
const known = new Set([
  'CALICO_DISABLE_FILE_LOGGING',
  'CALICO_IPV4POOL_CIDR',
  'CALICO_IPV4POOL_IPIP',
  'CALICO_IPV4POOL_VXLAN',
  'CALICO_IPV6POOL_VXLAN',
  'CALICO_NETWORKING_BACKEND',
  'CLUSTER_TYPE',
  'DATASTORE_TYPE',
  'IP',
  'IP_AUTODETECTION_METHOD',
  'NODENAME',
  'NO_DEFAULT_POOLS',
  'WAIT_FOR_DATASTORE',
])

/** Why a manifest's DaemonSet cannot be taken over, with what to do about it; undefined when it can. */
export function unsupported(set: DaemonSet): string | undefined {
  const node = set.spec.template.spec.containers.find(({ name }) => name === 'calico-node')
  if (!node) return "couldn't find calico-node container in daemonset/calico-node"
  const { env = [] } = node
  const datastore = env.find(({ name }) => name === 'DATASTORE_TYPE')?.value
  if (datastore !== undefined && datastore !== 'kubernetes')
    return `only DATASTORE_TYPE=kubernetes is supported. To fix it, migrate to the Kubernetes datastore on daemonset/calico-node`
  const fieldPath = env.find(({ name }) => name === 'NODENAME')?.valueFrom?.fieldRef?.fieldPath
  if (env.some(({ name }) => name === 'NODENAME') && fieldPath !== 'spec.nodeName')
    return "NODENAME on 'calico-node' container must be unset or be a FieldRef to 'spec.nodeName'"
  return leftOver(node)
}

/** FELIX_ variables become FelixConfiguration; anything else must go first. */
function leftOver({ env = [] }: ContainerDef): string | undefined {
  const names = env.map(({ name }) => name).filter((name) => !known.has(name) && !name.startsWith('FELIX_'))
  if (names.length === 0) return undefined
  return `unexpected env vars: [${names.join(' ')}]. To fix it, remove these environment variables from the calico-node daemonest on daemonset/calico-node`
}
