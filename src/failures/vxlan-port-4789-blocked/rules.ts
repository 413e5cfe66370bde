import { type EncapsulationReads, tunnelTold } from '#cluster/encapsulation.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import { coversPort, isCalicosChain, isRefusal } from '#cluster/refusals.ts'
import type { CloudRuleRow, FilterRuleRow } from '#cluster/relations.ts'
import { type Sign, sign } from '#diagnosis/signs.ts'
import { vxlanPortOf } from '#failures/vxlan-port-4789-blocked/ports.ts'

/** Rules of hosts and clouds about UDP to the port of VXLAN. */
export const ruleSigns = (
  view: Reads<EncapsulationReads | 'filterRules' | 'cloudRules'>,
): readonly Sign[] => [...ofFilters(view), ...ofCloud(view)]

function ofFilters(view: Reads<EncapsulationReads | 'filterRules'>): readonly Sign[] {
  const port = vxlanPortOf(view)
  return view
    .rows('filterRules')
    .filter((rule) => isRefusal(rule) && rule.protocol === 'udp' && coversPort(rule.ports, port))
    .filter(({ packets }) => packets !== 0)
    .flatMap((rule) => (isCalicosChain(rule.chain) ? ofCalico(rule) : [byOthers(rule, port)]))
}

const byOthers = (rule: Fact<FilterRuleRow>, port: number): Sign =>
  sign(rule, 'decisive', `a rule in ${rule.chain} refuses UDP port ${port}`)

/** Calico refuses VXLAN of whoever is no node of the cluster; of pods always, which is no fault. */
const ofCalico = (rule: Fact<FilterRuleRow>): readonly Sign[] =>
  incoming.has(rule.chain)
    ? [
        sign(
          rule,
          rule.packets === undefined ? 'weak' : 'strong',
          'Calico drops VXLAN packets of machines that are not its nodes: somebody else uses the port, or nodes send from other addresses',
        ),
      ]
    : []

const incoming: ReadonlySet<string> = new Set(['cali-INPUT', 'filter-cali-INPUT'])

/** A security group refuses what no rule of it allows; but a listing may be an excerpt. */
function ofCloud(view: Reads<EncapsulationReads | 'cloudRules'>): readonly Sign[] {
  const port = vxlanPortOf(view)
  const rules = view.rows('cloudRules').filter(({ direction }) => direction !== 'outbound')
  const denied = rules.filter(
    (rule) => rule.action === 'deny' && rule.protocol === 'udp' && holdsPort(rule, port),
  )
  const allowed = rules.filter(({ kind, action }) => kind === 'security-group' && action !== 'deny')
  const passes = allowed.some((rule) => isAny(rule) || (rule.protocol === 'udp' && holdsPort(rule, port)))
  const [first] = allowed
  return [
    ...denied.map((row) => sign(row, 'decisive', `a rule of ${row.group} denies UDP port ${port}`)),
    ...(first !== undefined &&
    allowed.length >= rulesMin &&
    !passes &&
    tunnelTold(view, 'vxlan') !== undefined
      ? [sign(first, 'strong', `no rule of the security group allows UDP port ${port}`)]
      : []),
  ]
}

/** One rule alone is somebody's example. */
const rulesMin = 2

const isAny = ({ protocol }: CloudRuleRow): boolean => protocol === undefined || protocol === 'all'

const holdsPort = ({ portMin, portMax }: CloudRuleRow, port: number): boolean =>
  (portMin ?? 0) <= port && port <= (portMax ?? portMin ?? 65535)
