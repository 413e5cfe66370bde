/** How far an autoscaler may go: kubernetes/kubernetes:pkg/controller/podautoscaler/horizontal.go, without `behavior`. */
import type { Condition } from '#lab/api/objects.ts'

/** --horizontal-pod-autoscaler-downscale-stabilization */
const windowMs = 300_000

interface Recommended {
  readonly replicas: number
  readonly atMs: number
}

/** What was recommended for each autoscaler: it shrinks no further than to the most of the last five minutes. */
export class Recommendations {
  readonly #of = new Map<string, readonly Recommended[]>()

  /** An autoscaler that is new here begins with what there is. */
  begin(key: string, replicas: number, atMs: number): void {
    if (!this.#of.has(key)) this.#of.set(key, [{ replicas, atMs }])
  }

  steady(key: string, replicas: number, atMs: number): number {
    const recent = (this.#of.get(key) ?? []).filter((each) => each.atMs >= atMs - windowMs)
    this.#of.set(key, [...recent, { replicas, atMs }])
    return Math.max(replicas, ...recent.map((each) => each.replicas))
  }

  /** Whether passing time alone can change nothing: there is one recommendation, however often it was made. */
  areOne(key: string): boolean {
    return new Set(this.#of.get(key)?.map(({ replicas }) => replicas)).size <= 1
  }

  forget(key: string): void {
    this.#of.delete(key)
  }
}

/** convertDesiredReplicasWithRules: at most twice as many at once (four of fewer than two), and what the autoscaler allows. */
export function allowed(
  wanted: number,
  o: { readonly current: number; readonly minReplicas: number; readonly maxReplicas: number },
): Required<Pick<Condition, 'reason' | 'message'>> & { readonly replicas: number } {
  const { current, minReplicas, maxReplicas } = o
  if (wanted < minReplicas)
    return {
      replicas: minReplicas,
      reason: 'TooFewReplicas',
      message: 'the desired replica count is less than the minimum replica count',
    }
  const atOnce = Math.max(2 * current, 4)
  if (wanted > Math.min(maxReplicas, atOnce))
    return maxReplicas > atOnce
      ? {
          replicas: atOnce,
          reason: 'ScaleUpLimit',
          message: 'the desired replica count is increasing faster than the maximum scale rate',
        }
      : {
          replicas: maxReplicas,
          reason: 'TooManyReplicas',
          message: 'the desired replica count is more than the maximum replica count',
        }
  return {
    replicas: wanted,
    reason: 'DesiredWithinRange',
    message: 'the desired count is within the acceptable range',
  }
}
