/** Windows nodes of a cluster, which use Calico's other data plane. */
import type { Fact, Reads } from '#cluster/facts.ts'
import type { NodeRow } from '#cluster/relations.ts'

/** Nodes whose system or labels say that they run Windows. */
export const windowsNodes = (facts: Reads<'nodes'>): readonly Fact<NodeRow>[] =>
  facts.rows('nodes').filter(isWindows)

const isWindows = ({ osImage = '', labels }: NodeRow): boolean =>
  osImage.startsWith('Windows') ||
  labels['kubernetes.io/os'] === 'windows' ||
  labels['beta.kubernetes.io/os'] === 'windows'
