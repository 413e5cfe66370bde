import { isSameSubject } from '#cluster/subjects.ts'
import type { Symptom } from '#cluster/symptoms.ts'
import { explainsHere } from '#diagnosis/signs.ts'
import type { Finding } from '#diagnosis/types.ts'

/**
 * Like `explainsHere`, for a node with which others cannot speak BGP: the peers are the ones who complain. A complaint that names its
 * peers must name this node; the calico-node that complains is not ready for the same reason.
 */
export function explainsPeers(
  finding: Pick<Finding, 'about'>,
  symptom: Symptom,
  { symptoms }: { readonly symptoms: readonly Symptom[] },
): boolean {
  if (explainsHere(finding, symptom)) return true
  if (symptom.id === 'bgp-session-down') return (symptom.involves ?? []).length === 0
  if (symptom.id !== 'calico-node-not-ready') return false
  const complaint = symptoms.find(
    ({ id, about }) => id === 'bgp-session-down' && isSameSubject(about, symptom.about),
  )
  return complaint !== undefined && explainsPeers(finding, complaint, { symptoms: [] })
}
