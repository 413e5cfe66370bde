/** `the calico-node pod on k8s-worker-03 is in CrashLoopBackOff`: states of calico-node told in words. */

import { unnamedCalicoPod } from '#cluster/calico-objects.ts'
import type { PodRow } from '#cluster/relations.ts'

const crash =
  /\bcalico-node\b.{0,80}?\b(?:is|was|goes|keeps?|stays|went|are)\b.{0,30}?\b(?<status>CrashLoopBackOff|Init:Error|Init:CrashLoopBackOff|ImagePullBackOff|Pending|ContainerCreating|crash(?:es|ing|looping)|restarting)\b/
const notReady = /\bcalico-node\b.{0,60}?[\s`"]0\/1[`"]? ?[`"]?(?<status>Running|CrashLoopBackOff)/

const statusIn = (sentence: string): string | undefined =>
  sentence.includes('calico-node')
    ? (notReady.exec(sentence) ?? crash.exec(sentence))?.groups?.status
    : undefined

/** Whether a sentence says of a calico-node that it is not well. */
export const speaksOfPod = (sentence: string): boolean => statusIn(sentence) !== undefined

/** The pod that such a sentence speaks of. */
export function podSaid(
  sentence: string,
  { node, namespace }: { readonly node: string | undefined; readonly namespace: string | undefined },
): PodRow {
  const status = statusIn(sentence) ?? ''
  return {
    namespace: namespace ?? '',
    name:
      /\b(?<name>calico-node-[a-z0-9]{5})\b/.exec(sentence.replace(/x{5}/gi, ''))?.groups?.name ??
      unnamedCalicoPod,
    component: 'calico-node',
    status: /^[A-Z]/.test(status) ? status : 'CrashLoopBackOff',
    ready: false,
    containers: [],
    ...(node !== undefined && { node }),
  }
}
