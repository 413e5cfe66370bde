import type { Fact, Reads } from '#cluster/facts.ts'
import { isComplete } from '#cluster/queries.ts'
import type { HostEndpointRow } from '#cluster/relations.ts'
import { selects } from '#cluster/selectors.ts'

/**
 * HostEndpoints that no policy selects and that have no profile: of what their host's programs send and are sent only the
 * failsafe ports are open. Empty where not all policies were read.
 *
 * @see projectcalico/calico:felix/rules/endpoints.go (Drop if no profiles matched)
 */
export function lockedHosts(view: Reads<'hostEndpoints' | 'policies'>): readonly Fact<HostEndpointRow>[] {
  if (!isComplete(view.coverage('policies'))) return []
  const policies = view.rows('policies').filter(({ kind }) => kind === 'GlobalNetworkPolicy')
  return view
    .rows('hostEndpoints')
    .filter(
      ({ profiles = [], labels }) =>
        profiles.length === 0 && policies.every(({ selector }) => selects(selector, labels) === false),
    )
}
