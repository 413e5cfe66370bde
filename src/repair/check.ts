import type { Facts } from '#cluster/facts.ts'
import { calicoNodeContainer, calicoNodePodOf } from '#cluster/queries.ts'
import { type RelationName, relationWords } from '#cluster/relations.ts'
import type { StepCheck } from '#repair/types.ts'

/** Does the claim hold, on what was read? What was not read does not. */
export function holds(check: StepCheck, facts: Facts): boolean {
  switch (check.kind) {
    case 'rows':
      return hasRow(facts, check.relation, check.where)
    case 'calico-node-ready': {
      const pod = calicoNodePodOf(facts, check.node)
      if (pod?.ready !== true || pod.deleting === true) return false
      return check.afterMs === undefined || (pod.createdAtMs ?? 0) > check.afterMs
    }
    case 'calico-node-in-back-off': {
      const pod = calicoNodePodOf(facts, check.node)
      const container = pod && calicoNodeContainer(pod)
      return container?.state === 'waiting' && container.reason === 'CrashLoopBackOff'
    }
    case 'pod-gone':
      return (
        facts.coverage('pods').kind === 'complete' &&
        !facts
          .rows('pods')
          .some(({ namespace, name }) => namespace === check.namespace && name === check.name)
      )
    case 'person':
      return false
    default:
      return check satisfies never
  }
}

function hasRow(
  facts: Facts,
  relation: RelationName,
  where: Readonly<Record<string, string | number | boolean>>,
): boolean {
  return facts.rows(relation).some((row) => {
    const fields = new Map<string, unknown>(Object.entries(row))
    return Object.entries(where).every(([name, value]) => fields.get(name) === value)
  })
}

/** The claim in words, for "already done" and for a step whose effect did not come. */
export function sayCheck(check: StepCheck): string {
  switch (check.kind) {
    case 'rows': {
      const fields = Object.entries(check.where).map(([name, value]) => `${name} ${sayValue(name, value)}`)
      return `${relationWords[check.relation]} show ${fields.join(', ')}`
    }
    case 'calico-node-ready':
      return `calico-node on ${check.node} is Ready`
    case 'calico-node-in-back-off':
      return `calico-node on ${check.node} waits in CrashLoopBackOff`
    case 'pod-gone':
      return `pod ${check.namespace}/${check.name} is gone`
    case 'person':
      return 'a person says so'
    default:
      return check satisfies never
  }
}

const sayValue = (name: string, value: string | number | boolean): string =>
  name === 'mode' && typeof value === 'number' ? value.toString(8).padStart(4, '0') : String(value)
