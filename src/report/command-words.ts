import { commandLine } from '#base/command-line.ts'
import { type ActWords, overSsh } from '#repair/commands.ts'
import { throughApi } from '#report/node-doors.ts'
import type { ClusterHead, DiagnosisReport } from '#report/types.ts'

/** How a person of this cluster reaches things: kubectl with its context; nodes by ssh, a lab's through the lab. */
export const wordsFor = ({ context, lab }: ClusterHead = {}): ActWords => ({
  // Of a lab too: a kubectl that looks at another cluster knows no such context, and does nothing.
  kubectl: context === undefined || context === '' ? ['kubectl'] : ['kubectl', '--context', context],
  onNode: (node, argv, { stdin = false } = {}) =>
    lab === undefined ? overSsh(node, argv) : `${labExec(node, { lab, stdin })}${commandLine(argv)}`,
})

/** A question's command, written for any cluster, as it is typed for this one: a lab has no ssh, OpenShift has oc. */
export function forCluster(command: string, { lab }: ClusterHead = {}, client?: 'oc'): string {
  if (client !== undefined) return command.replaceAll(/\bkubectl(?= )/g, client)
  if (lab === undefined || !command.startsWith('ssh ')) return command
  const [, node = '', rest = ''] = /^ssh (\S+) (.*)$/s.exec(command) ?? []
  return `${labExec(node, { lab, stdin: false })}${rest.startsWith("'") ? 'sh -c ' : ''}${rest}`
}

/** The same for whoever reads this report: without a shell on nodes, by the API. */
export function forReader(command: string, { cluster, source, doors }: DiagnosisReport): string {
  if (doors !== undefined) return throughApi(command, doors)
  return forCluster(command, cluster, source.kind === 'text' ? source.client : undefined)
}

/** Options stand before the node: what follows it belongs to the command. */
const labExec = (node: string, { lab, stdin }: { readonly lab: string; readonly stdin: boolean }): string => {
  const options = [...(stdin ? ['-i'] : []), ...(lab === 'default' ? [] : ['--name', lab])]
  return `${['ninelives', 'lab', 'exec', ...options, node, '--'].join(' ')} `
}
