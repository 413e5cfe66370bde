import { asList, asObject, type JsonObject } from '#lab/api/json.ts'

/**
 * A new Node takes no pods until the node lifecycle controller has seen it ready:
 * kubernetes/kubernetes:plugin/pkg/admission/nodetaint/admission.go (TaintNodesByCondition).
 */
export function admitNode(_state: unknown, node: JsonObject): JsonObject {
  const spec = asObject(node.spec)
  const taints = asList(spec.taints)
  if (taints.map(asObject).some(({ key, effect }) => key === notReady.key && effect === notReady.effect))
    return node
  return { ...node, spec: { ...spec, taints: [...taints, notReady] } }
}

const notReady = { effect: 'NoSchedule', key: 'node.kubernetes.io/not-ready' }
