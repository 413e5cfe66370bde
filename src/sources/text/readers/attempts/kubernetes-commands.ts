/** kubectl, oc, calicoctl and helm: pods deleted, DaemonSets restarted, settings and versions changed. */
import { type Act, actOfSetting } from '#sources/text/readers/sentences/setting-acts.ts'

/** Undefined for other programs, and for commands about other things than Calico and nodes. */
export function kubernetesAct(program: string, args: readonly string[]): Act | undefined {
  if (program === 'helm') return helmAct(args)
  if (!/^(?:kubectl|oc|calicoctl|k)$/.test(program)) return undefined
  const words = args.filter((arg, at) => !arg.startsWith('-') && !takesValue(args[at - 1]))
  const [verb = '', ...rest] = words
  return verbs[verb]?.(rest, args)
}

const takesValue = (option: string | undefined): boolean =>
  /^(?:-n|--namespace|--context|--kubeconfig|-c|--container|-o|--type|-p|--patch)$/.test(option ?? '')

type VerbAct = (words: readonly string[], args: readonly string[]) => Act | undefined

const verbs: Readonly<Record<string, VerbAct>> = {
  delete: (words, args) => deleteAct(words, args),
  rollout: ([verb, ...what]) =>
    verb !== 'restart'
      ? undefined
      : what.some(isCalicoNode)
        ? { act: 'restart-calico-node' }
        : what.some(isTypha)
          ? { act: 'restart-typha' }
          : undefined,
  set: ([what, ...rest], args) => setAct(what, rest, args),
  patch: (_, args) => patchAct(args),
  apply: (_, args) => manifestAct(args),
  replace: (_, args) => manifestAct(args),
  create: (_, args) => manifestAct(args),
}

const isTypha = (word: string): boolean => /(?:^|[/=])calico-typha(?:$|-)/.test(word)
const isCalicoNode = (word: string): boolean => /(?:^|[/=])calico-node(?:$|-)/.test(word)

function deleteAct([kind = '', ...names]: readonly string[], args: readonly string[]): Act | undefined {
  if (/^(?:pods?|po)(?:\/|$)/.test(kind)) {
    if ([kind, ...args].some(isTypha)) return { act: 'restart-typha' }
    return [kind, ...args].some(isCalicoNode) ? { act: 'delete-calico-pod' } : undefined
  }
  const name = names.find((one) => !one.startsWith('<'))
  if (policyKinds.test(kind)) return { act: 'remove-policy', after: name ?? kind.replace(/^[^/]*\//, '') }
  const network = networkIn(args)
  if (network !== undefined && args.some((arg) => arg === '-f' || arg === '--filename'))
    return { act: 'uninstall-network', after: network }
  if (/^(?:nodes?|no)$/.test(kind))
    return name === undefined ? undefined : { act: 'delete-node-entry', after: name }
  return undefined
}

const policyKinds =
  /^(?:(?:global)?networkpolic(?:y|ies)|netpol|gnp|hostendpoints?|hep)(?:\.[a-z0-9.]{1,40})?(?:\/|$)/i

/** The pod network whose manifest or chart this is. */
const networkIn = (args: readonly string[]): string | undefined =>
  args
    .join(' ')
    .match(/\b(?:calico|tigera|flannel|weave|cilium|kube-?router|canal|antrea)/i)?.[0]
    .toLowerCase()

/** `kubectl set env ds/calico-node NAME=value`, `set resources … --limits=memory=1Gi`, `set image …`. */
function setAct(
  what: string | undefined,
  words: readonly string[],
  args: readonly string[],
): Act | undefined {
  if (!words.some(isCalicoNode)) return undefined
  const text = what === 'resources' ? args.join(' ') : words.join(' ')
  if (what === 'image') return { act: 'upgrade' }
  const m = (what === 'env' ? variable : limit).exec(text)?.groups
  return m?.name === undefined || m.value === undefined
    ? undefined
    : actOfSetting({ name: m.name, after: m.value })
}

const variable = /(?:^| )(?<name>[A-Z][A-Z0-9_]{2,60})=(?<value>\S+)/
const limit = /--limits[= ](?:\S{0,40},)?(?<name>memory|cpu)=(?<value>[\w.]+)/

/** The first setting in the patch that Calico knows. */
function patchAct(args: readonly string[]): Act | undefined {
  const text = args.join(' ')
  for (const { groups } of text.matchAll(
    /["']?(?<name>[A-Za-z]\w{2,60})["']?: ?["']?(?<value>[\w.=|*-]+)/g,
  )) {
    const act =
      groups?.name && groups.value ? actOfSetting({ name: groups.name, after: groups.value }) : undefined
    if (act !== undefined && act.act !== 'set-setting') return act
  }
  return undefined
}

function manifestAct(args: readonly string[]): Act | undefined {
  const at = args.findIndex((arg) => arg === '-f' || arg === '--filename')
  const file = args[at + 1]
  const isCalicos = at !== -1 && file !== undefined && /calico|tigera|canal/i.test(file)
  return isCalicos ? { act: 'apply-manifest', after: file } : undefined
}

function helmAct(args: readonly string[]): Act | undefined {
  const removed = /^(?:uninstall|delete|del|un)$/.test(args[0] ?? '') ? networkIn(args) : undefined
  if (removed !== undefined) return { act: 'uninstall-network', after: removed }
  const isUpgrade = /^(?:upgrade|install)$/.test(args[0] ?? '')
  return isUpgrade && args.some((arg) => /calico|tigera/i.test(arg)) ? { act: 'upgrade' } : undefined
}
