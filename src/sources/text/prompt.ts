/** Command lines in the paste: what a prompt shows tells which node, pod or file the lines below speak of. */
import type { Scope } from '#sources/text/reader.ts'

const commands =
  'kubectl|oc|calicoctl|birdcl|cat|ls|stat|grep|egrep|journalctl|systemctl|ip|ss|ssh|crictl|ctr|docker|nerdctl|dmesg|ps|find|namei|sv|systemd-tmpfiles|ninelives|iptables|iptables-save|nft|ipset|lsmod|sysctl|mount|df|tail|head|less|curl|wget|nc|ping|netstat|networkctl|ethtool|tcpdump|conntrack|bridge|modprobe|uname|hostname|top|free|id|chmod|chown|sudo'

const prompt = new RegExp(
  '^\\s{0,8}(?:' +
    // root@host:~# …, [root@host ~]# …, user@host $ …
    '\\[?(?<user>[\\w.-]{1,40})@(?<host>[\\w.-]{1,253})(?:[: ][^\\s#$\\]]{0,120})?\\]? ?[#$%>] ?' +
    // host# …, ~/dir $ …, (venv) $ …, ➜  dir …
    `|(?:\\([\\w.-]{1,30}\\) )?(?:[~/][\\w./-]{0,80} )?[$%❯➜] {1,3}(?:[\\w~./-]{1,40} )?(?=(?:sudo )?(?:${commands})\\b)` +
    `|\\$ |# (?=(?:sudo )?(?:${commands}) )|PS [A-Z]:\\S{0,120}> ` +
    ')(?<command>\\S.*)$',
)

/** A command without a prompt before it: a known program with its arguments, and not the start of a sentence. */
const bare = /^\s{0,8}(?<command>(?:sudo )?(?:kubectl|oc|calicoctl|birdcl|journalctl|ninelives) [a-z-].*)$/
const sentence = /[.:;,]$|\b(?:shows?|is|are|was|says|prints|gives|returns|to see|and then)\b/

/** The scope that a command line opens; undefined for a line that is none. */
export function promptScope(line: string): Scope | undefined {
  const prompted = prompt.exec(line)?.groups
  if (prompted?.command !== undefined) return commandScope(prompted.command, prompted.host)
  const command = bare.exec(line)?.groups?.command
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
  }
}

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
  // `kubectl logs` and `kubectl exec` take a bare pod name among options whose values look alike.
  return words.find(
    (word, at) => /^[a-z0-9][a-z0-9.-]*-[a-z0-9]{4,10}$/.test(word) && !takesValue(words[at - 1]),
  )
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
  !/^(?:calico|kube-|coredns|v\d|etcd-|tigera|ipv|x86|amd|sha|utf|rfc|iso|base|t-?\d)/i.test(name)
