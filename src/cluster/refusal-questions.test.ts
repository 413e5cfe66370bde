import { expect, test } from 'vitest'
import type { Facts } from '#cluster/facts.ts'
import { factsBuilder } from '#cluster/facts-builder.ts'
import { refusalQuestions } from '#cluster/refusal-questions.ts'
import { nodeSubject, podSubject } from '#cluster/subjects.ts'

const server = { namespace: 'kube-system', name: 'kube-apiserver-cp1' }
const says = 'pods "kube-apiserver-cp1" is forbidden: User "ops" cannot get resource "pods/log"'

function factsOf(
  o: { readonly labels?: Record<string, string>; readonly isForbidden?: boolean } = {},
): Facts {
  const { labels = {}, isForbidden = false } = o
  const builder = factsBuilder({ unread: 'not-asked' })
  const row = { name: 'w1', unschedulable: false, conditions: [], taints: [], labels }
  builder.add('nodes', row, { source: 'node w1' })
  if (isForbidden) {
    builder.add('pods', { ...server, containers: [] }, { source: 'pod' })
    builder.cover('messages', { kind: 'missing', why: 'forbidden', says }, podSubject(server))
  }
  return builder.freeze({ observedAtMs: 0 })
}

const asked = (facts: Facts) => refusalQuestions(facts, nodeSubject('w1'))

test('the API servers’ logs by their label, and what kubelets asked for', () => {
  expect(asked(factsOf()).map(({ command }) => command)).toEqual([
    "kubectl logs -n kube-system -l component=kube-apiserver --tail=500 | grep 'Unable to authenticate' | tail -5",
    'kubectl get csr',
  ])
})

test('a log that this user may not read is asked for by name, with what was said', () => {
  const [question] = asked(factsOf({ isForbidden: true }))
  expect(question?.command).toContain('logs -n kube-system kube-apiserver-cp1 ')
  expect(question?.why).toContain(says)
})

test('a provider’s API server has no log that anybody could read', () => {
  const managed = factsOf({ labels: { 'ibm-cloud.kubernetes.io/worker-id': 'kube-x' } })
  expect(asked(managed).map(({ command }) => command)).toEqual(['kubectl get csr'])
})
