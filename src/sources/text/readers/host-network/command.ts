/** What the command that a prompt showed tells of the lines below it. */

export interface Call {
  /** Without its path: `ip`, `iptables-save`. */
  readonly tool: string
  /** What stands behind it. */
  readonly words: readonly string[]
}

const tools =
  /^(?:\/(?:usr\/)?(?:local\/)?s?bin\/)?(?<tool>ip|ifconfig|route|netstat|ip6?tables(?:-legacy|-nft)?(?:-save)?|nft|nmcli|networkctl|ethtool|wg|ufw|firewall-cmd|ipset)$/

/** Every call of one of these tools, however it is wrapped: `ssh NODE 'ip a; ip route'`, `kubectl exec POD -- ip a`. */
export function callsIn(command: string | undefined): readonly Call[] {
  return (command ?? '').split(/[;|&'"]/).flatMap((part) => {
    const words = part.trim().split(/\s+/)
    const at = words.findIndex((word) => tools.test(word))
    const tool = tools.exec(words[at] ?? '')?.groups?.tool
    return tool === undefined ? [] : [{ tool, words: words.slice(at + 1) }]
  })
}

export const callOf = (command: string | undefined, tool: string): Call | undefined =>
  command?.includes(tool) === true ? callsIn(command).find((call) => call.tool === tool) : undefined

/** Whether something between the command and the paste may have taken lines away. */
export const isFiltered = (command: string): boolean => /[|>]|\bgrep\b/.test(command)

/** What `ip` was asked for, whose words may be shortened; undefined where it was called for several things. */
export function ipObject(
  command: string | undefined,
): { readonly object: string; readonly rest: readonly string[] } | undefined {
  const asked = callsIn(command)
    .filter(({ tool }) => tool === 'ip')
    .map(({ words }) => ipWords(words))
  const objects = new Set(asked.map(({ object }) => object))
  return objects.size === 1 ? asked[0] : undefined
}

function ipWords(words: readonly string[]): { readonly object: string; readonly rest: readonly string[] } {
  let at = 0
  while (words[at]?.startsWith('-') === true)
    at += /^-(?:n|netns|f|family|l|loops|rc)$/.test(words[at] ?? '') ? 2 : 1
  const word = words[at] ?? ''
  const object = word === '' ? '' : (objects.find((one) => one.startsWith(word)) ?? word)
  return { object, rest: [...words.slice(0, at), ...words.slice(at + 1)] }
}

/** In the order in which `ip` tries them. */
const objects = ['address', 'route', 'rule', 'link', 'neighbour'] as const

/** Words that narrow nothing: options of the form, and the verb. */
export const asksForAll = (words: readonly string[]): boolean =>
  words.every((word) =>
    /^(?:-(?:d|details|s|c|color|o|br|brief|4|n|a|all)|--(?:all|no-pager|numeric)|show|list|ls|s|sh|l|status|device|dev|d)$/.test(
      word,
    ),
  )

/**
 * Whose network the command looks at: a pod's where it is run in a container or in another namespace. Containers of
 * Calico's and other programs of the node share the node's.
 */
export function namespaceIn(command: string | undefined): 'host' | 'pod' | undefined {
  if (command === undefined) return undefined
  if (/\bip netns exec\b|\bip -n(?:etns)? \S|\bnsenter\b.{0,80}--net=\//.test(command)) return 'pod'
  const target = /\bnsenter\b.{0,80}?(?:-t|--target)[ =]?(?<pid>\d{1,9})\b/.exec(command)?.groups?.pid
  if (target !== undefined) return target === '1' ? 'host' : 'pod'
  const isInside =
    /\b(?:kubectl|oc)\b.{0,200}\b(?:exec|run|attach|debug|rsh)\b|\b(?:docker|nerdctl|podman|crictl|ctr)\b.{0,100}\bexec\b/.test(
      command,
    )
  if (!isInside) return 'host'
  return ofTheNode.test(command) ? 'host' : 'pod'
}

const ofTheNode =
  /calico|canal|tigera|kube-proxy|kube-router|flannel|node-?shell|node-debugger|nsenter|hostnetwork|host-network|debug (?:-\S+ )*nodes?\/|\/host\b|-n etcd|etcd-|kube-apiserver/i
