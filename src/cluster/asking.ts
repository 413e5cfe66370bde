/** Questions as commands, about a place: for modes and symptoms alike. */
import { unnamedCalicoPod } from '#cluster/calico-objects.ts'
import type { Facts, Subject } from '#cluster/facts.ts'
import { managedClusterId } from '#cluster/managed.ts'
import { calicoNamespace, calicoNodePodOf } from '#cluster/queries.ts'
import type { Question } from '#cluster/questions.ts'
import { type RelationName, relationInfo, type Where } from '#cluster/relations.ts'

/**
 * The question whose answer fills these relations about this subject, with the command of the first of them unless another is
 * given. Names that are not known stand as placeholders.
 */
export function ask(
  facts: Facts,
  about: Subject,
  {
    fills,
    why,
    command,
    cost,
  }: {
    readonly fills: readonly [RelationName, ...RelationName[]]
    readonly why: string
    /** Another command than the relation's own. */
    readonly command?: string | ((where: Required<Where>) => string)
    readonly cost?: number
  },
): Question {
  const where = whereOf(facts, about)
  const typed =
    command === undefined
      ? relationInfo[fills[0]].command(about.kind === 'node' ? where : withoutNode(where))
      : typeof command === 'string'
        ? command
        : command(where)
  const id = managedClusterId(facts) ?? clusterIdUnknown
  return {
    command: typed.replaceAll(clusterIdUnknown, id),
    why: why.replaceAll(clusterIdUnknown, id),
    fills: fills.map((relation) => ({ relation, about })),
    ...(cost === undefined ? {} : { cost }),
  }
}

/** IBM Cloud names its own groups and gateways of a cluster by the cluster's id. */
const clusterIdUnknown = '<cluster-id>'

const withoutNode = ({ node: _, ...where }: Required<Where>): Where => where

/** The node, Calico's namespace and the calico-node pod there; the runbook's placeholders for what is not known. */
export function whereOf(facts: Facts, about: Subject): Required<Where> {
  const node = about.kind === 'node' ? about.name : '<node>'
  const pod =
    about.kind === 'pod'
      ? about.name
      : ((about.kind === 'node' ? calicoNodePodOf(facts, about.name) : undefined)?.name ?? unnamedCalicoPod)
  return { node, pod, namespace: calicoNamespace(facts) }
}
