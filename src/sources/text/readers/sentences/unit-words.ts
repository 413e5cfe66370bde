/** `one of the workers has firewalld running`, `ufw is inactive everywhere`: daemons of the host as people tell of them. */
import type { UnitRow } from '#cluster/relations/units.ts'
import { claimsOf } from '#sources/text/readers/sentences/claims.ts'

/** @param sentence as it was written: `words` call firewalld and ufw by one word */
export function unitsSaid(words: readonly string[], sentence: string): readonly UnitRow[] {
  const [claim] = claimsOf(words, { of: subjects, says: states })
  const unit = claim === undefined ? undefined : unitIn(words[claim.at], sentence)
  if (claim === undefined || unit === undefined) return []
  const isActive = active.has(claim.says) !== claim.isDenied
  // Who tells what became of it without the daemon tells of an attempt.
  if (!isActive && words.some((word) => conditions.has(word))) return []
  return [{ node: '', unit, active: isActive ? 'active' : 'inactive' }]
}

function unitIn(word: string | undefined, sentence: string): string | undefined {
  const names = word === 'firewall' ? firewalls : managers
  return names.find((name) => sentence.toLowerCase().includes(name.toLowerCase()))
}

const firewalls = ['firewalld', 'ufw']
const managers = ['NetworkManager', 'systemd-networkd']

const set = (text: string): ReadonlySet<string> => new Set(text.split('|'))

const subjects = set('firewall|networkmanager|systemd-networkd')
const active = set(
  'active|enabled|running|runs|run|is on|are on|was on|is up|turned on|switched on|activated',
)
const states = new Set([
  ...active,
  ...set('inactive|disabled|stopped|is off|are off|was off|turned off|switched off|masked'),
])
const conditions = set('after|when|once|with|without|until|we|i|then|now|->|:')
