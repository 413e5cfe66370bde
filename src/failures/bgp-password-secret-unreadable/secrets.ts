/** What listings of secrets and roles tell of a password's secret. */
import { isComplete } from '#cluster/queries.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import { type Sign, sign } from '#diagnosis/signs.ts'
import type { View } from '#diagnosis/types.ts'
import {
  knownNamespace,
  type Names,
  type Password,
} from '#failures/bgp-password-secret-unreadable/passwords.ts'

export const ofSecrets = (view: View<Names>, passwords: readonly Password[]): readonly Sign[] =>
  passwords.flatMap(({ secret, from }) => {
    const namespace = knownNamespace(view)
    const rows = view.rows('secrets')
    const denied = rows.find(
      (row) => row.name === secret && !row.exists && isOrMayBe(row.namespace, namespace),
    )
    if (denied !== undefined)
      return [
        sign(
          denied,
          'decisive',
          `there is no secret ${secret} in ${denied.namespace || 'its namespace'}`,
          clusterSubject,
        ),
      ]
    if (
      namespace === undefined ||
      rows.some((row) => row.name === secret && row.namespace === namespace && row.exists)
    )
      return []
    const elsewhere = rows.find((row) => row.name === secret && row.exists)
    if (elsewhere !== undefined)
      return [
        sign(
          elsewhere,
          isComplete(view.coverage('secrets')) || listed(view, namespace) ? 'decisive' : 'strong',
          `secret ${secret} is in ${elsewhere.namespace}; calico-node looks in ${namespace}`,
          clusterSubject,
        ),
      ]
    if (isComplete(view.coverage('secrets')))
      return [sign({ from }, 'decisive', `no secret ${secret} exists`, clusterSubject)]
    return listed(view, namespace)
      ? [sign({ from }, 'strong', `secret ${secret} is not among those of ${namespace}`, clusterSubject)]
      : []
  })

const isOrMayBe = (namespace: string, wanted: string | undefined): boolean =>
  wanted === undefined || namespace === '' || namespace === wanted

/** Several secrets of this namespace were shown: the listing was of it. */
const listed = (view: View<Names>, namespace: string): boolean =>
  view.rows('secrets').filter((row) => row.namespace === namespace && row.exists).length > 1

/** A Role in Calico's namespace that lets somebody read this secret; else, where roles were shown, that there is none. */
export function ofRoles(view: View<Names>, passwords: readonly Password[]): readonly Sign[] {
  const namespace = knownNamespace(view)
  const roles = view
    .rows('roles')
    .filter((row) => row.kind === 'ClusterRole' || row.namespace === namespace || namespace === undefined)
  const letting = roles.filter(({ rules }) =>
    rules.some(
      ({ resources, verbs, resourceNames }) =>
        (resources.includes('secrets') || resources.includes('*')) &&
        ['get', 'list', '*'].some((verb) => verbs.includes(verb)) &&
        (resourceNames === undefined || passwords.some(({ secret }) => resourceNames.includes(secret))),
    ),
  )
  return letting.map((row) =>
    sign({ from: row.from }, 'against', `${row.kind} ${row.name} lets the secret be read`, clusterSubject),
  )
}
