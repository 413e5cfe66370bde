/** What the Kubernetes API shows of whether a kubelet that nobody hears is refused: questions of several modes. */
import { ask } from '#cluster/asking.ts'
import type { Coverage, Facts, Subject } from '#cluster/facts.ts'
import { managedBy } from '#cluster/managed.ts'
import type { Question } from '#cluster/questions.ts'
import { podSubject } from '#cluster/subjects.ts'

/** The API server's own log, and what kubelets asked for in vain. Where a provider runs the API server, nobody can read its log. */
export const refusalQuestions = (facts: Facts, about: Subject): readonly Question[] => [
  ...(managedBy(facts) === undefined ? apiServerLogs(facts) : []),
  ask(facts, about, {
    fills: ['signingRequests'],
    why: `whether its request for a new certificate waits for approval${refusedSoFar(facts.coverage('signingRequests'))}`,
  }),
]

function apiServerLogs(facts: Facts): readonly Question[] {
  const why = 'whether the API server refuses a certificate that is out of its time'
  const servers = facts.rows('pods').filter(({ name }) => name.startsWith('kube-apiserver-'))
  if (servers.length === 0)
    return [{ command: logOf('-l component=kube-apiserver'), why, fills: [], cost: 2 }]
  return servers.map((server) => {
    const pod = podSubject(server)
    return {
      command: logOf(server.name),
      why: `${why}${refusedSoFar(facts.coverage('messages', pod))}`,
      fills: [{ relation: 'messages', about: pod }],
      cost: 2,
    }
  })
}

const logOf = (which: string): string =>
  `kubectl logs -n kube-system ${which} --tail=500 | grep 'Unable to authenticate' | tail -5`

/** Who may not look is told so: somebody else may. */
const refusedSoFar = (coverage: Coverage): string =>
  coverage.kind === 'missing' && coverage.why === 'forbidden' ? ` (${coverage.says ?? 'forbidden'})` : ''
