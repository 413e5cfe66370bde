import type { Fact, Reads } from '#cluster/facts.ts'
import { isListed, itemsOf } from '#cluster/lists.ts'
import type { ManagedLinkRow, SettingRow } from '#cluster/relations.ts'
import { isOff, isOn } from '#cluster/settings.ts'
import { isClustersLink } from '#cluster/tunnels.ts'
import { type Sign, sign } from '#diagnosis/signs.ts'

/** Interfaces of Calico's that a manager takes for its own, and files that make it do so. */
export const claimSigns = (view: Reads<'managedLinks' | 'settings'>): readonly Sign[] => [
  ...ofLinks(view),
  ...ofMatches(view),
  ...ofUnmanaged(view),
  ...ofForeign(view),
]

function ofLinks(view: Reads<'managedLinks'>): readonly Sign[] {
  const own = view.rows('managedLinks').filter(({ link }) => isClustersLink(link))
  const claimed = own.filter(({ managed }) => managed)
  return claimed.length === 0
    ? own.slice(0, 1).map((row) => sign(row, 'against', `${row.manager} leaves Calico’s interfaces alone`))
    : claimed.map(ofClaim)
}

/** A state that an interface only passes through while it is looked at is no claim yet. */
const ofClaim = (row: Fact<ManagedLinkRow>): Sign => {
  const by = row.claimedBy === undefined ? '' : ` by ${row.claimedBy}`
  const says = `${row.manager} manages ${row.link}${by}: ${row.state}`
  return sign(row, passing.has(row.state) ? 'weak' : idle.has(row.state) ? 'strong' : 'decisive', says)
}

const passing: ReadonlySet<string> = new Set(['pending', 'initialized', 'unavailable'])
const idle: ReadonlySet<string> = new Set(['disconnected'])

/** A .network file whose pattern takes in names of Calico's, and that does not say to leave them alone. */
function ofMatches(view: Reads<'settings'>): readonly Sign[] {
  const files = view.rows('settings').filter(({ of }) => of === 'networkd')
  return files
    .filter((row) => row.name === 'Match.Name' && samples.some((link) => isListed(row.value, link)))
    .map((row) => {
      const left = files.some(
        (other) => isOfSameFile(other, row) && other.name === 'Link.Unmanaged' && isOn(other),
      )
      return left
        ? sign(row, 'against', 'a .network file leaves Calico’s interfaces unmanaged')
        : sign(row, 'strong', `a .network file matches Calico’s interfaces: Name=${row.value}`)
    })
}

/** One name of each kind. */
const samples = ['cali0ef24b1aa10', 'tunl0', 'vxlan.calico']

/** Where the file was not named, what was shown together is one. */
const isOfSameFile = (a: SettingRow, b: SettingRow): boolean => (a.in ?? '') === (b.in ?? '')

/** NetworkManager is told by name which interfaces are not its own. */
function ofUnmanaged(view: Reads<'settings'>): readonly Sign[] {
  return view
    .rows('settings')
    .filter(({ of, name }) => of === 'NetworkManager' && name.split('.').at(-1) === 'unmanaged-devices')
    .map((row) =>
      itemsOf(row.value).some((item) => calicosNames.some((name) => item === `interface-name:${name}`))
        ? sign(row, 'against', 'NetworkManager is told to leave Calico’s interfaces alone')
        : sign(row, 'weak', 'NetworkManager is told to leave some interfaces alone, none of them Calico’s'),
    )
}

/** As Calico's documentation writes them. */
const calicosNames = ['cali*', 'cali+', 'cali???????????']

/** networkd takes away routes that it did not make, whenever it starts anew. */
const ofForeign = (view: Reads<'settings'>): readonly Sign[] =>
  view
    .rows('settings')
    .filter(({ of, name }) => of === 'networkd' && name.split('.').at(-1) === 'ManageForeignRoutes')
    .flatMap((row) => {
      if (isOff(row)) return [sign(row, 'against', 'systemd-networkd is told to leave others’ routes alone')]
      return isOn(row) ? [sign(row, 'weak', 'systemd-networkd manages others’ routes')] : []
    })
