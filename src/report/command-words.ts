import { commandLine } from '#base/command-line.ts'
import type { ActWords } from '#repair/commands.ts'
import type { ClusterHead } from '#report/types.ts'

/** How a person of this cluster reaches things: kubectl with its context; nodes by ssh, a lab's through the lab. */
export const wordsFor = ({ context, lab }: ClusterHead = {}): ActWords => ({
  kubectl: context === undefined || context === '' ? ['kubectl'] : ['kubectl', '--context', context],
  onNode: (node, argv) =>
    lab === undefined
      ? commandLine(['ssh', node, commandLine(['sudo', ...argv])])
      : `${labExec(node, lab)}${commandLine(argv)}`,
})

/** A question's command, written for any cluster, as it is typed for this one: a lab has no ssh. */
export function forCluster(command: string, { lab }: ClusterHead = {}): string {
  if (lab === undefined || !command.startsWith('ssh ')) return command
  const [, node = '', rest = ''] = /^ssh (\S+) (.*)$/s.exec(command) ?? []
  return `${labExec(node, lab)}${rest.startsWith("'") ? 'sh -c ' : ''}${rest}`
}

const labExec = (node: string, lab: string): string =>
  `ninelives lab exec ${node}${lab === 'default' ? '' : ` --name ${lab}`} -- `
