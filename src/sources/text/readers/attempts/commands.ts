/** Commands that change something that matters to a pod network, as acts. What only looks is no act. */

import { firewallAct } from '#sources/text/readers/attempts/firewall-commands.ts'
import { kubernetesAct } from '#sources/text/readers/attempts/kubernetes-commands.ts'
import { type Act, actOfSetting } from '#sources/text/readers/sentences/setting-acts.ts'

/** What a command line does, one act per command of it; empty where it changes nothing that is known. */
export const actsOfCommand = (line: string): readonly Act[] =>
  line
    .slice(0, lineMax)
    .split(/&&|\|\||;|\|(?!\|)/, commandsMax)
    .flatMap((command) => {
      const words = wordsOf(command)
      const act = words.length === 0 ? undefined : actOf(words)
      return act === undefined ? [] : [act]
    })

const lineMax = 2000
const commandsMax = 20

/** Without prompt, sudo and variables before the program's name; quotation marks off. */
function wordsOf(command: string): readonly string[] {
  const plain = command.trim().replace(/^[#$>%] ?/, '')
  const words = plain.split(/\s+/, 60).map((word) => word.replace(/^["']|["']$/g, ''))
  const first = words.findIndex((word) => !/^(?:sudo|-[En]|env|nohup|time|[A-Z_]{2,40}=\S*)$/.test(word))
  return first === -1
    ? []
    : [words[first]?.replace(/^\/(?:usr\/)?s?bin\//, '') ?? '', ...words.slice(first + 1)]
}

function actOf(words: readonly string[]): Act | undefined {
  const [program = '', ...args] = words
  return (
    firewallAct(program, args) ??
    kubernetesAct(program, args) ??
    (Object.hasOwn(programs, program) ? programs[program]?.(args) : undefined)
  )
}

type ProgramAct = (args: readonly string[]) => Act | undefined

const programs: Readonly<Record<string, ProgramAct>> = {
  systemctl: (args) => serviceAct(args),
  service: ([unit = '', verb = '']) => serviceAct([verb, unit]),
  reboot: (args) => (args.every((arg) => arg.startsWith('-')) ? { act: 'reboot' } : undefined),
  shutdown: (args) => (args.includes('-r') ? { act: 'reboot' } : undefined),
  ip: (args) => linkAct(args),
  ifconfig: ([device, name, mtu]) =>
    name === 'mtu' && device !== undefined && mtu !== undefined
      ? { act: 'change-mtu', after: mtu }
      : undefined,
  ethtool: (args) => offloadAct(args),
  sysctl: (args) => sysctlAct(args),
  echo: (args) => writtenAct(args),
  setenforce: ([mode]) => (mode === undefined ? undefined : { act: 'set-setting', after: `selinux=${mode}` }),
  modprobe: ([module]) =>
    module === undefined || module.startsWith('-') ? undefined : { act: 'load-module', after: module },
  insmod: ([module]) => (module === undefined ? undefined : { act: 'load-module', after: module }),
  ulimit: ([option, value]) =>
    option !== undefined && value !== undefined ? { act: 'raise-limit', after: value } : undefined,
  'update-alternatives': (args) => alternativeAct(args),
  alternatives: (args) => alternativeAct(args),
  ibmcloud: (args) => workerAct(args),
}

function serviceAct(args: readonly string[]): Act | undefined {
  const [verb = '', ...units] = args.filter((arg) => !arg.startsWith('-'))
  const names = units.map((unit) => unit.replace(/\.service$/, ''))
  if (verb === 'reboot') return { act: 'reboot' }
  const manager = names.find((name) => name === 'NetworkManager' || name === 'systemd-networkd')
  if (manager !== undefined && /^(?:stop|disable|mask|restart)$/.test(verb))
    return { act: 'set-setting', after: `${manager}=${verb}` }
  const act = services.find(([verbs, unit]) => verbs.test(verb) && names.some((name) => unit.test(name)))?.[2]
  return act === undefined ? undefined : { act }
}

const services: readonly (readonly [RegExp, RegExp, Act['act']])[] = [
  [/^(?:stop|disable|mask)$/, /^(?:firewalld|ufw|nftables|iptables|ip6tables)$/, 'stop-firewall'],
  [/^(?:re)?start$/, /^(?:containerd|docker|crio|cri-o|cri-docker(?:d)?)$/, 'restart-runtime'],
  [/^(?:re)?start$/, /^(?:kubelet|k3s|k3s-agent|rke2-(?:server|agent))$/, 'restart-kubelet'],
]

/** `ip link delete vxlan.calico`, `ip link set dev eth0 mtu 1450`. */
function linkAct(args: readonly string[]): Act | undefined {
  const [object = '', verb = '', ...rest] = args.filter((arg) => !arg.startsWith('-') && arg !== 'dev')
  if (!/^l(?:ink)?$/.test(object)) return undefined
  const [device] = rest
  if (/^del(?:ete)?$/.test(verb))
    return device === undefined ? undefined : { act: 'delete-device', after: device }
  const mtu = rest[rest.indexOf('mtu') + 1]
  return verb === 'set' && rest.includes('mtu') && mtu !== undefined
    ? { act: 'change-mtu', after: mtu }
    : undefined
}

/** `ethtool -K eth0 tx off`. */
function offloadAct(args: readonly string[]): Act | undefined {
  const [option, device, ...features] = args
  if (!/^(?:-K|--offload|--features)$/.test(option ?? '') || device === undefined) return undefined
  const at = features.findIndex((feature) => /^(?:tx|rx|tx-checksum\S*|tx-checksumming)$/.test(feature))
  if (at !== -1 && features[at + 1] === 'off') return { act: 'disable-checksum-offload', after: device }
  const [name, value] = features
  return name === undefined || value === undefined
    ? undefined
    : { act: 'set-setting', after: `${name}=${value}` }
}

/** `sysctl -w net.ipv4.ip_forward=1`. */
function sysctlAct(args: readonly string[]): Act | undefined {
  const assignment = args.join(' ').match(/(?<name>[a-z0-9_]+(?:[./][\w*-]+)+) ?= ?(?<value>[\w.-]+)/)?.groups
  if (assignment?.name === undefined || assignment.value === undefined) return undefined
  return actOfSetting({ name: assignment.name, after: assignment.value })
}

/** `echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter`. */
function writtenAct(args: readonly string[]): Act | undefined {
  const m = /^(?<value>[\w.-]{1,40}) ?>{1,2} ?\/proc\/sys\/(?<path>[\w./-]{3,120})/.exec(
    args.join(' '),
  )?.groups
  return m?.value === undefined || m.path === undefined
    ? undefined
    : actOfSetting({ name: m.path.replaceAll('/', '.'), after: m.value })
}

/** `update-alternatives --set iptables /usr/sbin/iptables-legacy`. */
function alternativeAct(args: readonly string[]): Act | undefined {
  const chosen = args.find((arg) => /(?:tables-|-)(?:legacy|nft)$/.test(arg))
  if (chosen === undefined) return undefined
  return { act: 'change-backend', after: chosen.endsWith('nft') ? 'nft' : 'legacy' }
}

/** `ibmcloud ks worker reload`, and its kin. */
function workerAct(args: readonly string[]): Act | undefined {
  const verb = args[args.indexOf('worker') + 1]
  if (!args.includes('worker')) return undefined
  if (verb === 'reload' || verb === 'update') return { act: 'reload-worker' }
  if (verb === 'replace') return { act: 'replace-worker' }
  return verb === 'reboot' ? { act: 'reboot' } : undefined
}
