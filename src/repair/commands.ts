import { commandLine, shellWord } from '#base/command-line.ts'
import type { Act } from '#repair/types.ts'

/** How a person reaches things: prefixes of what they type. */
export interface ActWords {
  /** `kubectl --context prod` */
  readonly kubectl: readonly string[]
  /** What stands before a command that is to run on a node: `ssh k8s-worker-03 sudo`, `ninelives lab exec k8s-worker-03 --`. */
  onNode(node: string, argv: readonly string[]): string
}

/** What a person would type for an act. Lines that are no command begin with `#`. */
export function commandOf(act: Act, words: ActWords): string {
  const kubectl = (...rest: readonly string[]): string => commandLine([...words.kubectl, ...rest])
  switch (act.hand) {
    case 'node-shell':
      return words.onNode(act.node, act.argv)
    case 'write-file':
    case 'remove-file':
      return words.onNode(act.node, nodeArgv(act))
    case 'delete-pod':
      return kubectl('delete', 'pod', '-n', act.namespace, act.name)
    case 'cordon':
    case 'uncordon':
      return kubectl(act.hand, act.node)
    case 'patch':
      return kubectl(
        'patch',
        kindWord(act.resource),
        ...(act.namespace === undefined ? [] : ['-n', act.namespace]),
        act.name,
        '--type=merge',
        '-p',
        JSON.stringify(act.patch),
      )
    case 'wait':
    case 'person':
      return `# ${act.says}`
    default:
      return act satisfies never
  }
}

/** The command on the node that writes or removes a file; its text is one argument, so nothing in it is interpreted. */
export function nodeArgv(
  act: Extract<Act, { hand: 'node-shell' | 'write-file' | 'remove-file' }>,
): readonly string[] {
  switch (act.hand) {
    case 'node-shell':
      return act.argv
    case 'write-file': {
      const { path, text, mode } = act
      const lines = text.replace(/\n$/, '').split('\n').map(shellWord).join(' ')
      return [
        'sh',
        '-c',
        `printf '%s\\n' ${lines} > ${shellWord(path)} && chmod ${octal(mode)} ${shellWord(path)}`,
      ]
    }
    case 'remove-file':
      return ['rm', '-f', act.path]
    default:
      return act satisfies never
  }
}

/** `0755` */
export const octal = (mode: number): string => mode.toString(8).padStart(4, '0')

/** kubectl's word for a URL path: `/apis/crd.projectcalico.org/v1/ippools` → `ippools.crd.projectcalico.org`. */
function kindWord(resource: string): string {
  const parts = resource.split('/').filter((part) => part !== '')
  const plural = parts.at(-1) ?? resource
  return parts[0] === 'apis' && parts[1] !== undefined ? `${plural}.${parts[1]}` : plural
}
