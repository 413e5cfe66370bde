/** Command lines in the paste: what a prompt shows tells which node, pod or file the lines below speak of. */
import type { Scope } from '#sources/text/reader.ts'

const commands =
  'kubectl|oc|calicoctl|birdcl|cat|ls|stat|grep|egrep|journalctl|systemctl|ip|ss|ssh|crictl|ctr|docker|nerdctl|dmesg|ps|find|namei|sv|systemd-tmpfiles|ninelives|iptables|iptables-save|iptables-legacy|iptables-nft|iptables-legacy-save|iptables-nft-save|ip6tables|ip6tables-save|ip6tables-legacy-save|ip6tables-nft-save|ifconfig|route(?= -)|nmcli|ufw|firewall-cmd|wg|nsenter|nft|ipset|lsmod|sysctl|mount|df|tail|head|less|curl|wget|nc|ping|netstat|networkctl|ethtool|tcpdump|conntrack|bridge|modprobe|uname|hostname|top|free|id|chmod|chown|lsof|modinfo|findmnt|ncat|telnet|dig|nslookup|ping6|openssl|kubeadm|timedatectl|hostnamectl|chronyc|lsb_release|zgrep|sudo'

const prompt = new RegExp(
  '^\\s{0,8}(?:' +
    // root@host:~# …, [root@host ~]# …, user@host $ …
    '\\[?(?<user>[\\w.-]{1,40})@(?<host>[\\w.-]{1,253})(?:[: ][^\\s#$\\]]{0,120})?\\]? ?[#$%>] ?' +
    // host# …, ~/dir $ …, (venv) $ …, ➜  dir …
    `|(?:\\([\\w.-]{1,30}\\) )?(?:[~/][\\w./-]{0,80} )?[$%❯➜] {1,3}(?:[\\w~./-]{1,40} )?(?=(?:sudo )?(?:${commands})\\b)` +
    `|\\$ |(?:[~/][\\w./-]{0,80} )?# (?=(?:sudo )?(?:${commands}) )|PS [A-Z]:\\S{0,120}> ` +
    ')(?<command>\\S.*)$',
)

/** A command without a prompt before it: a known program with its arguments, and not the start of a sentence. */
const bare = /^\s{0,8}(?<command>(?:sudo )?(?:kubectl|oc|calicoctl|birdcl|journalctl|ninelives) [a-z-].*)$/
const sentence =
  /[.:;,]$|\b(?:shows?|showed|lists|displays|reports|contains|hangs|fails|works|the|both|is|are|was|says|prints|gives|returns|to see|and then)\b/

/** The same for a host's programs, whose names are words: every word of it must be an option, a path, a number or a known verb. */
const bareHost =
  /^\s{0,8}(?<command>(?:sudo )?(?:(?:ss|netstat|lsmod|uname|mount|findmnt|df|hostnamectl|timedatectl|lsof|docker (?:info|ps)|crictl (?:info|ps|pods|images))(?: -{1,2}\w[\w-]{0,20}| \/[\w./-]{1,120}){0,6}|(?:cat|ls|sysctl|ping|ping6|nc|ncat|telnet|curl|wget|tcpdump|openssl|dig|nslookup|grep|zgrep)(?: (?:-{1,2}\w[\w-]{0,30}|["']?[\w.@*:/+-]{0,120}[\d./:][\w.@*:/+-]{0,120}["']?|x509|s_client|do|proto|port|or|and|icmp|udp|any)){1,20}|systemctl (?:status|is-active|show|cat|list-units)(?: -{0,2}[\w@.-]{2,60}){0,6}|(?:modprobe|modinfo)(?: -\w)?(?: \w{2,40}){1,4})(?: \| (?:grep|egrep|head|tail|sort|less|jq)[^|]{0,80}){0,3})$/

/** The same for what shows a host's network; commands that change it are told of, not looked through. */
const bareNetwork =
  /^\s{0,8}(?<command>(?:sudo )?(?:ip(?: -\w{1,10}){0,4} (?:a|addr|address|l|link|r|route|ru|rule)(?: (?:show|list|ls|get|dev|table|all|main|local|lo|vxlan\.calico|[\w.:/-]{0,40}\d[\w.:/-]{0,40})){0,5}|ip6?tables(?:-legacy|-nft)?(?:-save(?: -c| -t \w{3,8}){0,2}|(?: -t \w{3,8}| --line-numbers| -[nvx]){0,4} -[nvx]{0,3}[LS][nvx]{0,3}(?: -[nvx]{1,3}| --line-numbers| -t \w{3,8}| [A-Z][\w-]{2,40}| cali-[\w-]{1,40}){0,5})|nft(?: -\w{1,4}){0,2} list (?:ruleset|tables?|chains?)(?: [\w-]{1,40}){0,3}|nmcli(?: -\w){0,2} d(?:ev(?:ice)?)?(?: (?:status|show)(?: \S{1,15})?)?|networkctl(?: --no-pager)?(?: (?:list|status)(?: \S{1,15})?)?|ethtool -[ki] \S{1,15}|wg(?: show)?|ufw status(?: verbose| numbered)?|firewall-cmd(?: --[a-z][\w=-]{1,40}){1,4}|ifconfig(?: -a| [\w.]{2,15})?|route -n|ipset (?:list|-L)(?: -\w| [\w:-]{1,31}){0,2})(?: \| (?:grep|egrep|head|tail|sort|less)[^|]{0,80}){0,3})$/

/** The scope that a command line opens; undefined for a line that is none. */
export function promptScope(line: string): Scope | undefined {
  const prompted = prompt.exec(line)?.groups
  if (prompted?.command !== undefined) return commandScope(prompted.command, prompted.host)
  const command = (bare.exec(line) ?? bareHost.exec(line) ?? bareNetwork.exec(line))?.groups?.command
  return command === undefined || sentence.test(command) ? undefined : commandScope(command, undefined)
}

function commandScope(command: string, host: string | undefined): Scope {
  const typed = command.replace(/^sudo (?:-\w+ )?/, '')
  const words = typed.split(/\s+/).slice(0, 200)
  const client = /^(?:kubectl|oc)$/.test(words[0] ?? '')
  return {
    command,
    ...(client ? clusterClient(words) : hostCommand(words, host)),
    ...pathOf(typed),
  }
}

function clusterClient(words: readonly string[]): Scope {
  const namespace = optionOf(words, ['-n', '--namespace'])
  const container = optionOf(words, ['-c', '--container'])
  const node = nodeArgument(words)
  const pod = podArgument(words)
  return {
    ...(namespace !== undefined && { namespace }),
    ...(container !== undefined && { container }),
    ...(node !== undefined && { node, nodeFrom: 'the command' }),
    ...(pod !== undefined && { pod: { namespace: namespace ?? '', name: pod } }),
    ...describedWorkload(words, namespace),
  }
}

/** `kubectl describe ds calico-node | tail`: of its output, what is left does not name the object. */
function describedWorkload(words: readonly string[], namespace: string | undefined): Scope {
  if (words[1] !== 'describe' && !words.includes('describe')) return {}
  const command = words.slice(0, words.includes('|') ? words.indexOf('|') : undefined)
  const at = command.findIndex((word) => workloads.has(word.replace(/\/.*$/, '')))
  const [short = '', slashed] = command[at]?.split('/') ?? []
  const name = slashed ?? command.slice(at + 1).find((word, index) => isName(word, command[at + index]))
  const kind = workloads.get(short)
  if (kind === undefined || name === undefined) return {}
  return { object: { kind, name, ...(namespace !== undefined && { namespace }) } }
}

const isName = (word: string, before: string | undefined): boolean =>
  /^[a-z0-9][a-z0-9.-]*$/.test(word) && !takesValue(before)

const workloads: ReadonlyMap<string, string> = new Map(
  Object.entries({
    DaemonSet: 'ds daemonset daemonsets',
    ReplicaSet: 'rs replicaset replicasets',
    Deployment: 'deploy deployment deployments',
  }).flatMap(([kind, names]) => names.split(' ').map((each) => [each, kind] as const)),
)

/** `ssh NODE …`, `ninelives lab exec NODE -- …`; otherwise a host's own tool speaks of the host in the prompt. */
function hostCommand(words: readonly string[], host: string | undefined): Scope {
  const remote = remoteHost(words) ?? host
  return remote === undefined || isNobody(remote) ? {} : { node: remote, nodeFrom: 'the prompt' }
}

function remoteHost(words: readonly string[]): string | undefined {
  if (words[0] === 'ssh') {
    const target = words.slice(1).find((word) => !word.startsWith('-'))
    return target?.replace(/^.*@/, '')
  }
  if (words[0] === 'ninelives' && words[1] === 'lab' && /^(?:exec|shell)$/.test(words[2] ?? ''))
    return words.slice(3).find((word) => !word.startsWith('-'))
  return undefined
}

/** A workstation's name is no node. */
const isNobody = (host: string): boolean =>
  /^(?:localhost|laptop|mac|macbook.*|desktop.*|bastion|jumphost|jump)$/i.test(host)

function nodeArgument(words: readonly string[]): string | undefined {
  const slashed = words.find((word) => /^(?:nodes?|no)\/[\w.-]+$/.test(word))
  if (slashed !== undefined) return slashed.replace(/^.*\//, '')
  const at = words.findIndex((word) => /^(?:nodes?|no)$/.test(word))
  const name = at < 0 ? undefined : words[at + 1]
  return name !== undefined && /^[a-z0-9][a-z0-9.-]*$/.test(name) ? name : undefined
}

function podArgument(words: readonly string[]): string | undefined {
  const slashed = words.find((word) => /^(?:pods?|po)\/[a-z0-9.-]+$/.test(word))
  if (slashed !== undefined) return slashed.replace(/^.*\//, '')
  const named = words.findIndex((word) => /^(?:pods?|po)$/.test(word))
  const candidate = named >= 0 ? words[named + 1] : undefined
  if (candidate !== undefined && /^[a-z0-9][a-z0-9.-]*$/.test(candidate)) return candidate
  if (!/^(?:logs|exec)$/.test(words[1] ?? '') && !words.includes('logs') && !words.includes('exec'))
    return undefined
  const executed = words.indexOf('exec')
  if (executed > 0) return firstArgument(words.slice(executed + 1))
  // `kubectl logs` and `kubectl exec` take a bare pod name among options whose values look alike.
  return words.find(
    (word, at) => /^[a-z0-9][a-z0-9.-]*-[a-z0-9]{4,10}$/.test(word) && !takesValue(words[at - 1]),
  )
}

/** `kubectl exec` takes the pod first, whatever its name looks like; a workload's name is no pod's. */
const firstArgument = (words: readonly string[]): string | undefined => {
  const own = words.includes('--') ? words.slice(0, words.indexOf('--')) : words
  const first = own.find((word, at) => !word.startsWith('-') && !takesValue(own[at - 1]))
  return first !== undefined && /^[a-z0-9][a-z0-9.-]*$/.test(first) ? first : undefined
}

const takesValue = (word: string | undefined): boolean =>
  word !== undefined &&
  /^(?:-n|--namespace|-c|--container|-l|--selector|--context|--kubeconfig|--since|--tail)$/.test(word)

function optionOf(words: readonly string[], names: readonly string[]): string | undefined {
  for (const [at, word] of words.entries()) {
    if (names.includes(word)) return words[at + 1]
    const assigned = names.find((name) => word.startsWith(`${name}=`))
    if (assigned !== undefined) return word.slice(assigned.length + 1)
  }
  const glued = words.find((word) => /^-n[a-z]/.test(word) && names.includes('-n'))
  return glued?.slice(2)
}

/** The file of `cat`, the folder of `ls`. */
function pathOf(command: string): { readonly path?: string } {
  const path = /(?:^|[\s'"])(?:cat|less|more|head|tail|ls)\s(?:-\S+\s+)*(?<path>\/[\w./*-]+)/.exec(command)
    ?.groups?.path
  return path === undefined ? {} : { path }
}

/** A heading that names a node for what follows: `### k8s-worker-03`, `== node k8s-worker-03 ==`, `worker-01:`, `on k8s-worker-03:` */
export function headingNode(line: string): string | undefined {
  const m =
    /^\s{0,3}(?<mark>#{1,6} |[=*-]{2,} ?|\*\*)?(?<word>(?:on |for |from )?(?:the )?(?:node|host|worker|machine)s?:? |on )?(?<name>[a-z0-9][a-z0-9.-]{2,80})(?<end> ?[=*-]{2,}|\*\*:?|:)?\s*$/i.exec(
      line,
    )?.groups
  if (m?.name === undefined) return undefined
  const isMarked = m.mark !== undefined || m.word !== undefined || m.end !== undefined
  return isMarked && looksLikeNodeName(m.name) ? m.name : undefined
}

/** Machines are numbered, and called after what they are or joined of several words. */
export const looksLikeNodeName = (name: string): boolean =>
  /^[a-z].*\d/i.test(name) &&
  (/-/.test(name) || /^(?:node|worker|master|control|server|host|kube|k8s|minion|wn|cp)\w*\d/i.test(name)) &&
  !/[a-z][A-Z]/.test(name) && // a key: nodeAddressAutodetectionV4
  !/^(?:calico|kube-|coredns|v\d|etcd-|tigera|ipv|x86|amd|sha|utf|rfc|iso|base|t-?\d)/i.test(name)
