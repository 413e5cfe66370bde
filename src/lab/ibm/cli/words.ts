/** A command line of `ibmcloud`, taken apart. */
export interface Words {
  /** Those without a dash: `['ks', 'worker', 'ls']`, with aliases written out. */
  readonly command: readonly string[]
  /** The last value of an option; undefined where it is not given. */
  option(name: string): string | undefined
  /** All its values, also those behind one comma. */
  options(name: string): readonly string[]
  has(name: string): boolean
  /** The first option that no command has. */
  readonly unknown: string | undefined
}

const short: Readonly<Record<string, string>> = {
  c: 'cluster',
  w: 'worker',
  p: 'worker-pool',
  f: 'force',
  q: 'quiet',
  s: 'quiet',
  h: 'help',
}

const switches = new Set([
  'force',
  'quiet',
  'hard',
  'update',
  'json',
  'admin',
  'network',
  'show-pools',
  'show-deleted',
  'show-delete-reason',
  'skip-master-health',
  'help',
])

/** Options with a value, of all commands together: one that is none of them is a slip. */
const valued = new Set(
  `acl action address before-rule cluster destination destination-port-max destination-port-min direction flavor icmp-code icmp-type
  init ip-version issue local location name network-acl next-hop next-hop-ip output pgw port-max port-min priority protocol provider
  public-gateway public-gateway-id region remote resource-group-id resource-group-name security-group service-endpoint-enable sg source
  source-port-max source-port-min subnet version vpc vpc-id vrf-enable worker worker-pool zone`.split(/\s+/),
)

/** What the plug-in calls by several names: on OpenShift `oc`, old commands with a dash or in the plural. */
const aliases: readonly (readonly [string, string])[] = [
  ['oc', 'ks'],
  ['cs', 'ks'],
  ['ks clusters', 'ks cluster ls'],
  ['ks cluster list', 'ks cluster ls'],
  ['ks cluster-get', 'ks cluster get'],
  ['ks cluster-refresh', 'ks cluster master refresh'],
  ['ks apiserver-refresh', 'ks cluster master refresh'],
  ['ks workers', 'ks worker ls'],
  ['ks worker list', 'ks worker ls'],
  ['ks worker-get', 'ks worker get'],
  ['ks worker-reboot', 'ks worker reboot'],
  ['ks worker-reload', 'ks worker reload'],
  ['ks vlans', 'ks vlan ls'],
  ['sl vlan spanning set on', 'ks vlan spanning enable'],
  ['sl vlan spanning set off', 'ks vlan spanning disable'],
  ['is pubgws', 'is public-gateways'],
  ['is pubgw', 'is public-gateway'],
  ['is pubgwc', 'is public-gateway-create'],
  ['is pubgwd', 'is public-gateway-delete'],
  ['is egs', 'is endpoint-gateways'],
  ['is eg', 'is endpoint-gateway'],
  ['is egd', 'is endpoint-gateway-delete'],
  ['is sgs', 'is security-groups'],
  ['is sg-rules', 'is security-group-rules'],
  ['is security-group-rule-create', 'is security-group-rule-add'],
  ['is sg-rulec', 'is security-group-rule-add'],
  ['is sg-ruled', 'is security-group-rule-delete'],
]

export function wordsOf(argv: readonly string[]): Words {
  const command: string[] = []
  const given = new Map<string, string[]>()
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] as string // within bounds
    const [, dashes, flag = '', inline] = /^(--?)([\w-]+)(?:=(.*))?$/s.exec(word) ?? []
    if (dashes === undefined) {
      command.push(word)
      continue
    }
    const name = short[flag] ?? flag
    const value = inline ?? (valued.has(name) ? (argv[++at] ?? '') : 'true')
    given.set(name, [...(given.get(name) ?? []), ...value.split(',')])
  }
  if (command[0] === 'ibmcloud' || command[0] === 'ic') command.shift()
  return {
    command: written(command),
    option: (name) => given.get(name)?.at(-1),
    options: (name) => given.get(name) ?? [],
    has: (name) => given.has(name),
    unknown: [...given.keys()].find((name) => !switches.has(name) && !valued.has(name)),
  }
}

function written(command: readonly string[]): readonly string[] {
  let line = command.join(' ')
  for (const [alias, name] of aliases)
    if (line === alias || line.startsWith(`${alias} `)) line = name + line.slice(alias.length)
  return line.split(' ')
}

export const wantsJson = (words: Words): boolean =>
  words.has('json') || words.option('output')?.toLowerCase() === 'json'
