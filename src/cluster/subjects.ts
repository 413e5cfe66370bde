import type { Subject } from '#cluster/facts.ts'

export const clusterSubject: Subject = { kind: 'cluster' }

/** The node; the cluster as a whole where nobody said which node it is (pasted text often does not). */
export const nodeSubject = (name: string | undefined): Subject =>
  name === undefined || name === '' ? clusterSubject : { kind: 'node', name }

export const podSubject = (pod: { readonly namespace: string; readonly name: string }): Subject => ({
  kind: 'pod',
  namespace: pod.namespace,
  name: pod.name,
})

/** `node/k8s-worker-03`, `pod/kube-system/calico-node-x7k2p`, `cluster`. */
export function renderSubject(subject: Subject): string {
  switch (subject.kind) {
    case 'cluster':
      return 'cluster'
    case 'node':
      return `node/${subject.name}`
    case 'pod':
      return `pod/${subject.namespace}/${subject.name}`
    default:
      return subject satisfies never
  }
}

/** The inverse of {@link renderSubject}; `undefined` for any other text. */
export function parseSubject(text: string): Subject | undefined {
  const [kind, first, second, ...rest] = text.split('/')
  if (rest.length > 0) return undefined
  if (kind === 'cluster' && first === undefined) return clusterSubject
  if (kind === 'node' && first && second === undefined) return { kind: 'node', name: first }
  if (kind === 'pod' && first && second) return { kind: 'pod', namespace: first, name: second }
  return undefined
}

/** A table of one namespace does not print it: a pod's name then has to do. */
export const isSameSubject = (a: Subject, b: Subject): boolean =>
  renderSubject(a) === renderSubject(b) ||
  (a.kind === 'pod' && b.kind === 'pod' && a.name === b.name && (a.namespace === '' || b.namespace === ''))

/** Certainly two places. What names no node may be of any. */
export const isElsewhere = (a: Subject, b: Subject): boolean =>
  a.kind === 'node' && b.kind === 'node' && a.name !== b.name
