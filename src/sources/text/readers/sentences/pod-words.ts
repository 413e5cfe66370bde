/** `calico-node was evicted`, `the typha pods keep restarting`: states of Calico's pods told in words. */

import { unnamedCalicoPod } from '#cluster/calico-objects.ts'
import type { CalicoComponent, PodRow } from '#cluster/relations/pods.ts'
import { claimsOf } from '#sources/text/readers/sentences/claims.ts'

/** Pods of Calico's of which the words of one sentence say that they are not well; where nobody named them, one for all. */
export function podsSaid(words: readonly string[]): readonly PodRow[] {
  const claims = claimsOf(words, { of: new Set(components.keys()), says: new Set(states.keys()) })
  return claims.flatMap(({ at, says, isDenied, isBefore }) => {
    const component = components.get(words[at] ?? '')
    const status = states.get(says)
    // `restarting calico-node did not help` is what somebody did.
    const isAct = isBefore && says.startsWith('restart')
    if (component === undefined || status === undefined || isDenied || isAct) return []
    const name = component === 'calico-node' ? unnamedCalicoPod : `${component}-XXXXX`
    return [{ namespace: '', name, component, status, ready: false, containers: [] }]
  })
}

const components: ReadonlyMap<string, CalicoComponent> = new Map([
  ['calico-node', 'calico-node'],
  ['calico-felix', 'calico-node'],
  ['typha', 'calico-typha'],
  ['calico-typha', 'calico-typha'],
  ['typhas', 'calico-typha'],
  ['calico-kube-controllers', 'calico-kube-controllers'],
  ['tigera-operator', 'tigera-operator'],
])

const states: ReadonlyMap<string, string> = new Map(
  (
    [
      ['Evicted', 'evicted|gets evicted|is evicted|was evicted'],
      ['OOMKilled', 'oomkilled|oom-killed|oom killed|killed by oom|oom kills|oomed'],
      [
        'CrashLoopBackOff',
        'crashloopbackoff|crashloop|crash loop|crash-looping|crashlooping|crashes|crashing|keeps restarting|keep restarting|restarting|restarts constantly|restarts continuously',
      ],
      ['Pending', 'pending|unschedulable|not scheduled|not be scheduled|never scheduled'],
      ['ImagePullBackOff', 'imagepullbackoff|errimagepull'],
      ['CreateContainerConfigError', 'createcontainerconfigerror'],
    ] as const
  ).flatMap(([status, phrases]) => phrases.split('|').map((phrase) => [phrase, status] as const)),
)
