/**
 * Labels in a table of nodes: `--show-labels` prints them all in one column, `-L` each in a column of its own, under the last
 * part of its key in capitals.
 *
 * @see kubernetes/cli-runtime:pkg/printers/tableprinter.go (labelColumnHeaders)
 */
import type { Cells, Column } from '#sources/text/readers/columns.ts'

export type Labels = Readonly<Record<string, string>>

/** Whether a header of nodes has columns of labels. */
export function hasLabelColumns(header: readonly Column[] = []): boolean {
  const names = header.map(({ name }) => name)
  const isOfNodes = names.includes('ROLES') && names.includes('VERSION')
  return isOfNodes && names.some((name) => !ofNodes.has(name))
}

const ofNodes: ReadonlySet<string> = new Set([
  'NAME',
  'STATUS',
  'ROLES',
  'AGE',
  'VERSION',
  'INTERNAL-IP',
  'EXTERNAL-IP',
  'OS-IMAGE',
  'KERNEL-VERSION',
  'CONTAINER-RUNTIME',
])

/** @param command as typed: it holds the keys that the header cuts short */
export function labelsIn(cells: Cells, command = ''): Labels {
  const asked = new Map(askedKeys(command).map((key) => [heading(key), key]))
  return Object.fromEntries(
    Object.entries(cells).flatMap(([column, cell]) => {
      if (column === 'LABELS') return pairs(cell)
      const key = asked.get(column) ?? usual.get(column)
      return key === undefined || ofNodes.has(column) || cell === '<none>' ? [] : [[key, cell] as const]
    }),
  )
}

const pairs = (cell: string): readonly (readonly [string, string])[] =>
  cell.split(',').flatMap((pair) => {
    const at = pair.indexOf('=')
    return at <= 0 ? [] : [[pair.slice(0, at), pair.slice(at + 1)] as const]
  })

/** `-L a,b`, `-L=a`, `--label-columns=a`. */
function askedKeys(command: string): readonly string[] {
  const words = command.split(/\s+/, 60)
  return words.flatMap((word, at) => {
    const m = /^(?:-L|--label-columns)(?:=?(?<glued>\S+))?$/.exec(word)
    if (m === null) return []
    return (m.groups?.glued ?? words[at + 1] ?? '').split(',')
  })
}

const heading = (key: string): string => key.slice(key.lastIndexOf('/') + 1).toUpperCase()

/** Keys that people ask for, where the command was not pasted with its table. */
const usual: ReadonlyMap<string, string> = new Map(
  [
    'topology.kubernetes.io/zone',
    'topology.kubernetes.io/region',
    'node.kubernetes.io/instance-type',
    'projectcalico.org/operator-node-migration',
    'ibm-cloud.kubernetes.io/worker-pool-name',
    'ibm-cloud.kubernetes.io/worker-pool-id',
    'ibm-cloud.kubernetes.io/worker-version',
    'ibm-cloud.kubernetes.io/subnet-id',
    'eks.amazonaws.com/nodegroup',
    'cloud.google.com/gke-nodepool',
    'kubernetes.azure.com/agentpool',
    'privateVLAN',
    'publicVLAN',
    'agentpool',
    'nodegroup',
    'nodepool',
    'pool',
    'rack',
  ].map((key) => [heading(key), key]),
)
