import type { Fact, Reads } from '#cluster/facts.ts'
import { portsOf } from '#cluster/lists.ts'
import { lockedHosts } from '#cluster/locked-hosts.ts'
import { endpointOfChain, isEndOfPolicies } from '#cluster/refusals.ts'
import type { HostEndpointRow, SettingRow } from '#cluster/relations.ts'
import { selects } from '#cluster/selectors.ts'
import { felixSettings, isOn, settingsNamed } from '#cluster/settings.ts'
import { type Sign, sign } from '#diagnosis/signs.ts'
import { locksHosts, neededPorts } from '#failures/policy-lockout/policies.ts'

export type HostReads = 'hostEndpoints' | 'settings' | 'policies' | 'filterRules'

/** Hosts that Calico protects, and what keeps them from what they need. `isFailing`: something does, there or anywhere. */
export const hostSigns = (view: Reads<HostReads>, isFailing: (node?: string) => boolean): readonly Sign[] => {
  const locked = lockedHosts(view)
  const [first] = guarded(view).filter((endpoint) => !locked.includes(endpoint))
  return [
    ...locked.map((endpoint) => ofLocked(endpoint, isFailing)),
    ...ofFailsafes(view, first),
    ...ofPolicies(view, first),
    ...ofDrops(view),
    ...(first === undefined
      ? []
      : [
          sign(
            { from: first.from },
            isFailing() ? 'strong' : 'weak',
            `the HostEndpoint ${first.name} denies what no policy allows`,
          ),
        ]),
  ]
}

/** Nobody who calls this host is answered by more than its failsafe ports, and nobody whom it calls anew hears of it. */
const ofLocked = ({ from, name, node }: Fact<HostEndpointRow>, isFailing: (node?: string) => boolean): Sign =>
  sign(
    { from },
    node !== undefined && isFailing(node) ? 'decisive' : 'strong',
    `no policy selects the HostEndpoint ${name}: it denies all but failsafe ports`,
  )

/** Those that kube-controllers makes by itself allow everything until a policy selects them. */
const guarded = (view: Reads<'hostEndpoints' | 'policies'>): readonly Fact<HostEndpointRow>[] =>
  view
    .rows('hostEndpoints')
    .filter(
      (endpoint) =>
        endpoint.labels['projectcalico.org/created-by'] !== 'calico-kube-controllers' &&
        !isTendedTo(endpoint, view),
    )

/**
 * Somebody wrote policies for it that let traffic in and out, and none that denies: so a provider guards the interfaces of its
 * workers. What these forget shows in what was dropped.
 */
function isTendedTo({ labels }: HostEndpointRow, view: Reads<'policies'>): boolean {
  const rules = view
    .rows('policies')
    .filter(({ kind, selector }) => kind === 'GlobalNetworkPolicy' && selects(selector, labels) === true)
    .flatMap((policy) => policy.rules)
  return (
    !rules.some(({ action }) => action === 'Deny') &&
    (['Ingress', 'Egress'] as const).every((direction) =>
      rules.some((rule) => rule.direction === direction && rule.action === 'Allow'),
    )
  )
}

/**
 * Failsafe ports stay open whatever policies say. A list of one's own replaces Calico's; what it lacks is open only by policy.
 *
 * @see projectcalico/calico:felix/config/config_params.go (FailsafeInboundHostPorts)
 */
function ofFailsafes(view: Reads<'settings'>, endpoint: Fact<HostEndpointRow> | undefined): readonly Sign[] {
  return (['FailsafeInboundHostPorts', 'FailsafeOutboundHostPorts'] as const).flatMap((name) => {
    const rows = failsafes(view, name)
    const [first] = rows
    if (first === undefined) return []
    const ports = new Set(rows.flatMap(({ value }) => portsOf(value)))
    const lacking = neededPorts.filter(([port]) => port !== etcdPort && !ports.has(port))
    if (lacking.length === 0) return []
    const says = `${name} lacks ${lacking.map(([port, what]) => `${port} (${what})`).join(', ')}`
    return [sign({ from: first.from }, endpoint === undefined ? 'strong' : 'decisive', says)]
  })
}

/** Only where Calico's datastore is etcd, or on its own machines. */
const etcdPort = 2379

/** A list in a resource has a row for each item's field; in a variable it is one text. */
const failsafes = (view: Reads<'settings'>, name: string): readonly Fact<SettingRow>[] => {
  const whole = felixSettings(view, name)
  return whole.length > 0
    ? whole
    : view
        .rows('settings')
        .filter(
          ({ of, name: path }) =>
            of === 'FelixConfiguration' && path.toLowerCase() === `${name.toLowerCase()}.port`,
        )
}

/** A global policy that lets nothing through selects hosts, too. */
function ofPolicies(view: Reads<HostReads>, endpoint: Fact<HostEndpointRow> | undefined): readonly Sign[] {
  const isAutomatic = settingsNamed(view, 'KubeControllersConfiguration', 'autoCreate').some(isOn)
  const isGuarded = endpoint !== undefined || isAutomatic || view.rows('hostEndpoints').length > 0
  return view
    .rows('policies')
    .filter(locksHosts)
    .map((row) =>
      isGuarded
        ? sign(row, 'decisive', `${row.name} lets nothing through, and hosts are endpoints, too`)
        : sign(row, 'strong', `${row.name} lets nothing through, of all pods`),
    )
}

/**
 * What Calico's own chains have dropped: of hosts (`cali-fh-`, `cali-th-`), and of pods.
 *
 * @see projectcalico/calico:felix/rules/endpoints.go (Drop if no policies passed packet)
 */
const ofDrops = (view: Reads<'filterRules'>): readonly Sign[] =>
  view
    .rows('filterRules')
    .filter(({ target, packets }) => target === 'DROP' && (packets ?? 0) > 0)
    .flatMap((rule): readonly Sign[] => {
      const counted = `${rule.packets} packets`
      const at = { from: rule.from }
      switch (endpointOfChain(rule.chain)) {
        case 'host':
          return [
            sign(at, 'decisive', `policy of the host’s interface has dropped ${counted} (${rule.chain})`),
          ]
        case 'pod':
          return isEndOfPolicies(rule)
            ? [sign(at, 'strong', `policy has dropped ${counted} of a pod (${rule.chain})`)]
            : []
        case 'policy':
          return [sign(at, 'strong', `a policy’s Deny rule has dropped ${counted} (${rule.chain})`)]
        default:
          return []
      }
    })
