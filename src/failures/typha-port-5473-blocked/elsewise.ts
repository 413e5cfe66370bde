/** What else loses connections to Typha, or shows that none are lost. */
import type { Fact, Reads } from '#cluster/facts.ts'
import type { ReachabilityRow } from '#cluster/relations.ts'
import { felixSettings, isOn } from '#cluster/settings.ts'
import { clusterSubject } from '#cluster/subjects.ts'
import { isTyphaReady, typhaEndpoints, typhaPods, typhaPort } from '#cluster/typha.ts'
import { type Sign, sign } from '#diagnosis/signs.ts'

/** What makes the same lines without a blocked port. */
export function elsewise(
  view: Reads<'messages' | 'pods' | 'endpoints' | 'settings' | 'attempts' | 'reachability'>,
  tests: readonly Fact<ReachabilityRow>[],
): readonly Sign[] {
  const wireguard = felixSettings(view, 'WireguardEnabled').slice(0, 1).filter(isOn)
  const lockedOut = view
    .rows('messages')
    .filter(({ message }) => message.id === 'felix/wireguard-typha-unreachable')
  const cured = view
    .rows('attempts')
    .filter(({ act, outcome }) => act === 'disable-wireguard' && outcome === 'cured')
  const empty = typhaEndpoints(view).filter(({ addresses }) => addresses.length === 0)
  const [typha] = isTyphaReady(view) === false ? typhaPods(view) : []
  return [
    ...wireguard.map((row) =>
      sign(row, 'against', 'WireGuard is on, and can lock a node out of Typha', clusterSubject),
    ),
    ...lockedOut.map((row) =>
      sign(row, 'against', 'Felix says that WireGuard would keep it from every Typha'),
    ),
    ...cured.map((row) => sign(row, 'against', 'switching WireGuard off cured it', clusterSubject)),
    ...empty.map((row) => sign(row, 'against', 'nobody stands behind Typha’s Service', clusterSubject)),
    ...(typha === undefined ? [] : [sign(typha, 'against', 'no Typha is ready', clusterSubject)]),
    ...tests
      .filter(({ outcome }) => outcome === 'ok')
      .map((row) => sign(row, 'against', `${row.to}:${typhaPort} answers`)),
    ...deadHosts(view, tests),
  ]
}

/** A host that answers nothing else either is down. */
function deadHosts(view: Reads<'reachability'>, tests: readonly Fact<ReachabilityRow>[]): readonly Sign[] {
  return view
    .rows('reachability')
    .filter((row) => row.port !== typhaPort && row.outcome !== 'ok' && row.outcome !== 'refused')
    .filter((row) => tests.some(({ to, node }) => to === row.to && node === row.node))
    .map((row) => sign(row, 'against', `${row.to} answers on no other way either`))
}
