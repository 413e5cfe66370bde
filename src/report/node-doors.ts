/** Questions that are written for somebody with ssh, as they are typed by somebody who has a kubeconfig and no more. */
import { commandLine } from '#base/command-line.ts'

/** What of a node's pods lets a command be run on it by the API alone. */
export interface NodeDoors {
  /** calico-node's pod, where its container runs; `isRoot`: it may also look at packet filters. */
  readonly calicoNode?: PodDoor & { readonly isRoot: boolean }
  /** kube-proxy's, where it runs as a pod that may look at its host. */
  readonly kubeProxy?: PodDoor
}

interface PodDoor {
  readonly namespace: string
  readonly name: string
}

/** By the name of a node. One whose kubelet does not answer has none: neither `exec` nor a new pod gets there. */
export interface Doors {
  readonly nodes: ReadonlyMap<string, NodeDoors>
  /** Who makes a pod to look around on a node: OpenShift's own client knows what its policies take. */
  readonly client: 'kubectl' | 'oc'
}

/** A command as the node's own shell takes it. */
const onNode = /\bssh (\S+) (?:('(?:[^']|'\\'')*')|("(?:[^"\\]|\\.)*")|([^;|&'"]+))/g

/**
 * By exec in calico-node or in kube-proxy where the image has every program, and the container every file that the command names; else
 * by a pod of one's own on the node. Stays by ssh for machines that are no node, or that nobody reaches through the API.
 */
export const throughApi = (command: string, { nodes, client }: Doors): string =>
  command.replaceAll(onNode, (whole, node: string, single = '', double = '', plain = '') => {
    const doors = nodes.get(node) ?? (otherNodes.has(node) ? {} : undefined)
    if (doors === undefined) return whole
    const typed = `${single || double || plain}`.replaceAll(/\bsudo /g, '')
    const inside = seenInside(single === '' ? typed : single.slice(1, -1).replaceAll(/\bsudo /g, ''), doors)
    // What the person's own shell fills in has no place in other quotes.
    if (double === '' && inside !== undefined) return inside
    const space = /\s*$/.exec(plain)?.[0] ?? ''
    return `${debug(node, client)} ${plain === '' ? `sh -c ${typed}` : typed.trimEnd()}${space}`
  })

/** Placeholders that stand for a node which is well. */
const otherNodes: ReadonlySet<string> = new Set(['<other-node>', '<good-node>', '<node>'])

/** On the host's own files and with its programs, by a pod in its namespaces: kubernetes/kubectl:pkg/cmd/debug/profiles.go. */
const debug = (node: string, client: Doors['client']): string =>
  client === 'oc'
    ? `oc debug node/${node} -- chroot /host`
    : `kubectl debug node/${node} -it --profile=sysadmin --image=busybox -- chroot /host`

function seenInside(script: string, { calicoNode, kubeProxy }: NodeDoors): string | undefined {
  const typed = script
    .replaceAll(/\bcalicoctl node status\b/g, 'birdcl -s /var/run/calico/bird.ctl show protocols')
    .replaceAll(/\bsysctl ((?:[a-z]+\.[\w.-]+ ?)+)/g, (_, names: string) => sysctlFiles(names))
  const steps = stepsOf(typed)
  if (steps === undefined) return undefined
  if (kubeProxy !== undefined && steps.every((step) => isIn(kubeProxyHas, step)))
    return exec(kubeProxy, 'kube-proxy', typed)
  if (calicoNode === undefined || !steps.every((step) => isIn(calicoNodeHas, step))) return undefined
  const needsRoot = steps.some(([program = '']) => /^ip(?:6?tables|set)/.test(program))
  // The token's folder is mounted elsewhere.
  const mounted = typed.replaceAll('/etc/cni/net.d', '/host/etc/cni/net.d')
  return needsRoot && !calicoNode.isRoot ? undefined : exec(calicoNode, 'calico-node', mounted)
}

const sysctlFiles = (names: string): string =>
  `grep . ${names
    .trim()
    .split(' ')
    .map((name) => `/proc/sys/${name.replaceAll('.', '/')}`)
    .join(' ')}`

/** Words of each command of a script that does one thing after the other; of anything cleverer `undefined`. */
function stepsOf(script: string): readonly (readonly string[])[] | undefined {
  const bare = script.replaceAll(/"[^"]*"/g, '""')
  if (/[$`(){}<>&\n]/.test(bare) || /"[^"]*[$`]/.test(script)) return undefined
  return bare.split(/;|\|/).map((step) => step.trim().split(/\s+/))
}

interface Image {
  readonly programs: ReadonlySet<string>
  /** Files that are the host's own there. */
  readonly files: RegExp
}

const filters = ['iptables', 'iptables-save', 'iptables-nft-save', 'iptables-legacy-save']
const modules = ['lsmod', 'modinfo']

/** @see projectcalico/calico:node/clean-up-filesystem.sh (bin_allow_list_patterns), manifests/calico.yaml (mounts) */
const calicoNodeHas: Image = {
  programs: new Set([
    ...['ip', 'birdcl', 'cat', 'grep', 'ls', 'stat', 'sort', 'tail', 'uniq', 'sleep', 'ipset'],
    ...[...filters, ...modules],
  ]),
  files: /^\/(?:(?:var\/)?run\/calico|var\/lib\/calico|lib\/modules|etc\/cni\/net\.d|proc\/sys)(?:\/|$)/,
}

/** @see kubernetes/release:images/build/distroless-iptables, which has neither `ip` nor `ls` */
const kubeProxyHas: Image = {
  programs: new Set(['cat', 'grep', 'sleep', 'ipset', ...filters, ...modules]),
  files: /^\/(?:lib\/modules|proc\/sys)(?:\/|$)/,
}

const isIn = ({ programs, files }: Image, [program = '', ...words]: readonly string[]): boolean =>
  programs.has(program) && words.every((word) => !word.startsWith('/') || files.test(word))

const exec = ({ namespace, name }: PodDoor, container: string, script: string): string =>
  commandLine([
    ...['kubectl', 'exec', '-n', namespace, name, '-c', container, '--'],
    // A pattern of names takes a shell, too.
    ...(/[;|"*]/.test(script) ? ['sh', '-c', script] : script.trim().split(/\s+/)),
  ])
