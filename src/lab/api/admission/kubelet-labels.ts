/** Which labels a kubelet may give its own node: staging:kubelet/pkg/apis/well_known_labels.go. */
import type { JsonObject } from '#lab/api/json.ts'

const own = new Set([
  'kubernetes.io/hostname',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'node.kubernetes.io/instance-type',
  'beta.kubernetes.io/instance-type',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
])
const ownSpaces = ['kubelet.kubernetes.io', 'node.kubernetes.io']

/** The keys that differ and are Kubernetes' own, but not a kubelet's; sorted. */
export const forbiddenLabels = (before: JsonObject, after: JsonObject): readonly string[] =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => before[key] !== after[key] && isForbidden(key))
    .sort()

function isForbidden(key: string): boolean {
  const [space = ''] = key.includes('/') ? key.split('/') : []
  const within = (domain: string): boolean => space === domain || space.endsWith(`.${domain}`)
  if (within('node-restriction.kubernetes.io')) return true
  return (within('kubernetes.io') || within('k8s.io')) && !own.has(key) && !ownSpaces.some(within)
}
