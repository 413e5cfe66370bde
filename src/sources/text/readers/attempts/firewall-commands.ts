/** iptables, nft, firewall-cmd and ufw: what lets traffic through, and what takes the filter away. */
import type { Act } from '#sources/text/readers/sentences/setting-acts.ts'

/** Undefined for other programs, and for rules that let nothing through. */
export function firewallAct(program: string, args: readonly string[]): Act | undefined {
  if (/^ip6?tables(?:-legacy|-nft)?$/.test(program)) return iptablesAct(args)
  if (program === 'nft') return nftAct(args)
  if (program === 'firewall-cmd') return firewalldAct(args)
  return program === 'ufw' ? ufwAct(args) : undefined
}

const isAccept = (args: readonly string[]): boolean => args.some((arg) => arg.toUpperCase() === 'ACCEPT')

function iptablesAct(args: readonly string[]): Act | undefined {
  const chainOf = (...options: readonly string[]): string | undefined =>
    args[args.findIndex((arg) => options.includes(arg)) + 1]
  const has = (...options: readonly string[]): boolean => args.some((arg) => options.includes(arg))
  if (has('-P', '--policy')) {
    const chain = chainOf('-P', '--policy')
    if (!isAccept(args)) return undefined
    return chain === 'FORWARD'
      ? { act: 'forward-accept' }
      : { act: 'allow-in-firewall', after: `${chain} ACCEPT` }
  }
  if (has('-F', '--flush', '-X')) return { act: 'flush-rules' }
  if (!has('-A', '-I', '--append', '--insert') || !isAccept(args)) return undefined
  if (chainOf('-A', '-I', '--append', '--insert') === 'FORWARD') return { act: 'forward-accept' }
  return portAct(portOf(args))
}

/** `--dport 179 -p tcp`, `-p 4`. */
function portOf(args: readonly string[]): string | undefined {
  const after = (...options: readonly string[]): string | undefined => {
    const at = args.findIndex((arg) => options.includes(arg))
    return at === -1 ? undefined : args[at + 1]
  }
  const port = after('--dport', '--dports', '--destination-port')
  const protocol = after('-p', '--protocol')
  if (port !== undefined) return protocol === undefined ? port : `${port}/${protocol}`
  return protocol === undefined || /^(?:tcp|udp|icmp|all)$/.test(protocol)
    ? undefined
    : `protocol ${protocol}`
}

const portAct = (port: string | undefined): Act =>
  port === undefined ? { act: 'allow-in-firewall' } : { act: 'open-port', after: port }

function nftAct(args: readonly string[]): Act | undefined {
  if (args[0] === 'flush') return { act: 'flush-rules' }
  const isRule = /^(?:add|insert)$/.test(args[0] ?? '') && args[1] === 'rule'
  if (!isRule || !isAccept(args)) return undefined
  const port = args[args.indexOf('dport') + 1]
  const protocol = args[args.indexOf('dport') - 1]
  return args.includes('dport') && port !== undefined
    ? portAct(`${port}/${protocol}`)
    : { act: 'allow-in-firewall' }
}

function firewalldAct(args: readonly string[]): Act | undefined {
  const text = args.join(' ')
  const port = /--add-port[= ](?<port>[\w/-]+)/.exec(text)?.groups?.port
  if (port !== undefined) return portAct(port)
  const protocol = /--add-protocol[= ](?<protocol>[\w-]+)/.exec(text)?.groups?.protocol
  if (protocol !== undefined) return portAct(`protocol ${protocol}`)
  const added =
    /--(?:add-[\w-]+|set-target|change-interface)[= ]?(?<what>\S*)|--set-default-zone[= ](?<zone>\S+)/.exec(
      text,
    )
  const what = added?.groups?.what ?? added?.groups?.zone
  if (added === null && !/--direct/.test(text)) return undefined
  return what === undefined || what === ''
    ? { act: 'allow-in-firewall' }
    : { act: 'allow-in-firewall', after: what }
}

function ufwAct(args: readonly string[]): Act | undefined {
  const [verb, ...rest] = args.filter((arg) => !arg.startsWith('-'))
  if (verb === 'disable' || verb === 'reset') return { act: 'stop-firewall' }
  const isAllowed = verb === 'allow' || (/^(?:route|default)$/.test(verb ?? '') && rest.includes('allow'))
  if (!isAllowed) return undefined
  const port = rest.find((word) => /^\d{1,5}(?:\/(?:tcp|udp))?$/.test(word))
  return portAct(port)
}
