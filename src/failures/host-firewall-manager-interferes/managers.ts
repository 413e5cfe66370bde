import { overlaps } from '#cluster/addresses.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import { itemsOf } from '#cluster/lists.ts'
import type { SettingRow, UnitRow } from '#cluster/relations.ts'
import { isPodLink } from '#cluster/tunnels.ts'
import { type Sign, sign } from '#diagnosis/signs.ts'

export type ManagerReads = 'units' | 'settings' | 'ipPools'

const names: ReadonlySet<string> = new Set([
  'firewalld',
  'ufw',
  'iptables',
  'ip6tables',
  'nftables',
  'csf',
  'shorewall',
])

export const activeManagers = (view: Reads<'units'>): readonly Fact<UnitRow>[] =>
  view.rows('units').filter(({ unit, active }) => names.has(unit) && active === 'active')

/**
 * What the front ends say of themselves. That one runs is no fault: it may let pods through.
 *
 * @param isFailing whether pods' traffic fails: then a front end that refuses what is forwarded is the reason
 */
export const managerSigns = (view: Reads<ManagerReads>, isFailing: boolean): readonly Sign[] => [
  ...ofUnits(view),
  ...ofUfw(view, isFailing),
  ...ofTrust(view),
]

function ofUnits(view: Reads<'units'>): readonly Sign[] {
  const active = activeManagers(view)
  if (active.length > 0) return active.map((row) => sign(row, 'weak', `${row.unit} is active`))
  return view
    .rows('units')
    .filter(({ unit }) => unit === 'firewalld' || unit === 'ufw')
    .map((row) => sign(row, 'against', `${row.unit} does not run`))
}

/** @see jkeenan/ufw:src/backend_iptables.py (set_default_policy: routed is FORWARD) */
function ofUfw(view: Reads<ManagerReads>, isFailing: boolean): readonly Sign[] {
  return view
    .rows('settings')
    .filter((row) => row.in === 'ufw' && row.name === 'routed' && refusing.has(row.value))
    .map((row) =>
      sign(row, isFailing ? 'decisive' : 'strong', `ufw refuses what is forwarded: ${row.value} (routed)`),
    )
}

const refusing: ReadonlySet<string> = new Set(['deny', 'reject'])

/** A zone that trusts pods: their interfaces or their addresses. */
const ofTrust = (view: Reads<ManagerReads>): readonly Sign[] =>
  view
    .rows('settings')
    .filter((row) => row.in === 'firewalld' && (trustsLinks(row) || trustsAddresses(row, view)))
    .map((row) => sign(row, 'against', 'firewalld trusts pods'))

const trustsLinks = ({ name, value }: SettingRow): boolean =>
  name === 'trusted.interfaces' && itemsOf(value).some(isPodLink)

const trustsAddresses = ({ name, value }: SettingRow, view: Reads<'ipPools'>): boolean =>
  name === 'trusted.sources' &&
  itemsOf(value).some((source) => view.rows('ipPools').some(({ cidr }) => overlaps(source, cidr)))
