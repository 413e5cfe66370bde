import { answeringKubelets } from '#cluster/answering-kubelets.ts'
import type { Reads } from '#cluster/facts.ts'
import { goodKubeletCertificates } from '#cluster/kubelet-certificates.ts'
import type { NodeRow } from '#cluster/relations.ts'
import type { Evidence } from '#diagnosis/types.ts'

interface Silent {
  /** `undefined` where nobody said which node is silent. */
  readonly node: string | undefined
  /** No other node is: what was shown of a machine without its name is this one's. */
  readonly isOnly: boolean
}

/**
 * What the machine shows of a kubelet that nobody hears. From outside, one that is refused looks the same: without any of this the
 * node's conditions alone prove nothing.
 */
export function machineEvidence(
  view: Reads<'certificates' | 'units'>,
  { node, isOnly }: Silent,
): readonly Evidence[] {
  const isHere = (own = ''): boolean => (own === '' || node === undefined ? isOnly : own === node)
  const stopped = view
    .rows('units')
    // One that ends at its start, as with such a certificate, is `activating` or `failed`.
    .filter((row) => row.unit === 'kubelet' && row.active === 'inactive' && isHere(row.node))
    .map(
      ({ from }): Evidence => ({
        weight: 'decisive',
        says: 'kubelet is stopped: its unit is inactive',
        from,
      }),
    )
  const good = goodKubeletCertificates(view)
    .filter((row) => isHere(row.node))
    .map(
      ({ from }): Evidence => ({
        weight: 'weak',
        says: 'its client certificate is in its time: nobody refuses it for that',
        from,
      }),
    )
  return [...stopped, ...good]
}

/** The machine is on, then. Why its kubelet does not run, only the machine shows. */
export const portEvidence = (
  view: Reads<'reachability'>,
  { name, internalIp }: NodeRow,
): readonly Evidence[] =>
  view
    .rows('reachability')
    .filter(
      ({ to, port, outcome }) =>
        port === 10250 && outcome === 'refused' && (to === internalIp || to === name),
    )
    .map(({ from }) => ({
      weight: 'weak',
      says: 'its machine answers, and nobody listens at kubelet’s port',
      from,
    }))

/** The kubelet is neither stopped nor off, then. It has no way to the API server, or is refused there: which of the two it does not say. */
export const answerEvidence = (view: Reads<'messages' | 'pods'>, { name }: NodeRow): readonly Evidence[] =>
  answeringKubelets(view)
    .filter(({ node }) => node === name)
    .map(({ says, from }) => ({ weight: 'weak', says, from }))
