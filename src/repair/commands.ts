import { commandLine, shellWord } from '#base/command-line.ts'
import type { Act } from '#repair/types.ts'

/** How a person reaches things: prefixes of what they type. */
export interface ActWords {
  /** `kubectl --context prod` */
  readonly kubectl: readonly string[]
  /**
   * A command as root on a node: `ssh k8s-worker-03 sudo …`, `ninelives lab exec k8s-worker-03 -- …`.
   *
   * @param o.stdin it reads what is piped into it
   */
  onNode(node: string, argv: readonly string[], o?: { readonly stdin?: boolean }): string
}

/** What a person would type for an act. Lines that are no command begin with `#`. */
export function commandOf(act: Act, words: ActWords): string {
  const kubectl = (...rest: readonly string[]): string => commandLine([...words.kubectl, ...rest])
  switch (act.hand) {
    case 'node-shell':
    case 'remove-file':
      return words.onNode(act.node, nodeArgv(act))
    case 'write-file':
      return writeFile(act, words)
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

type WriteFile = Extract<Act, { hand: 'write-file' }>

/** The text is piped in, so that it is quoted once, whatever shells lie in between. */
function writeFile({ node, path, text, mode }: WriteFile, words: ActWords): string {
  const write = `printf '%s\\n' ${linesOf(text)} | ${words.onNode(node, ['tee', path], { stdin: true })}`
  // What root makes is 0644 without being told.
  return mode === 0o644 ? write : `${write} && ${words.onNode(node, ['chmod', octal(mode), path])}`
}

const linesOf = (text: string): string => text.replace(/\n$/, '').split('\n').map(shellWord).join(' ')

/** ssh hands its words to a shell at the other end: what that shell would touch must be one word here. */
export function overSsh(node: string, argv: readonly string[]): string {
  const command = ['sudo', ...argv]
  const isPlain = command.every((word) => shellWord(word) === word)
  return commandLine(['ssh', node, ...(isPlain ? command : [commandLine(command)])])
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
      return [
        'sh',
        '-c',
        `printf '%s\\n' ${linesOf(text)} > ${shellWord(path)} && chmod ${octal(mode)} ${shellWord(path)}`,
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
