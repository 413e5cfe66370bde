/**
 * The HorizontalPodAutoscaler controller: kubernetes/kubernetes:pkg/controller/podautoscaler/horizontal.go.
 * Not imitated: `behavior`; targets that are custom resources; two autoscalers for the same pods; metrics of custom and external APIs, which no
 * lab has.
 */
import type { HorizontalPodAutoscaler, Pod } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { Recommendations } from '#lab/controllers/autoscaler-size.ts'
import { AutoscalerSync } from '#lab/controllers/autoscaler-sync.ts'
import type { ControllerKit } from '#lab/controllers/kit.ts'
import { objectKey } from '#lab/controllers/pods.ts'
import { about } from '#lab/controllers/references.ts'
import type { Rested } from '#lab/kernel/resting.ts'

/** --horizontal-pod-autoscaler-sync-period */
const periodMs = 15_000

export function startAutoscalers(kit: ControllerKit): void {
  const recommended = new Recommendations()
  const waiting = new Map<string, Rested | undefined>()
  /** Looks in a period from now, or, once the answer cannot be another (docs/decisions/0012), in a later one when something has moved. */
  const later = (key: string, settled: boolean): void => {
    if (waiting.has(key)) return
    const tick = (): void => {
      waiting.delete(key)
      queue.add(key)
    }
    const rested = settled ? kit.p.task.rest({ periodMs, tick }) : undefined
    waiting.set(key, rested)
    if (rested === undefined) kit.p.task.after(periodMs, tick)
  }
  const stir = (): void => {
    for (const rested of [...waiting.values()]) rested?.stir()
  }
  // Whatever is new waits for a period too (rate_limiters.go).
  const autoscalers = kit.cache<HorizontalPodAutoscaler>(resources.autoscalers, ({ type, object }) => {
    if (type === 'DELETED') recommended.forget(objectKey(object))
    stir()
    later(objectKey(object), false)
  })
  const pods = kit.cache<Pod>(resources.pods, stir)
  const recorder = kit.recorder('horizontal-pod-autoscaler')
  const queue = kit.controller('horizontal', [autoscalers, pods], async (key, kube) => {
    const autoscaler = autoscalers.get(key)
    if (autoscaler === undefined) return
    const sync = new AutoscalerSync(kube, autoscaler, {
      nowMs: kit.p.now(),
      pods: pods.list().filter(({ metadata }) => metadata.namespace === autoscaler.metadata.namespace),
      recommended,
      tell: (type, reason, message) => recorder.record({ about: about(autoscaler), type, reason, message }),
    })
    const trouble = await sync.run()
    if (trouble !== undefined)
      kit.log.error('horizontal.go:280', 'Unhandled Error', {
        err: `failed to ${trouble} for ${referenceOf(autoscaler)}`,
      })
    later(key, trouble === undefined && !sync.changed && recommended.areOne(key))
  })
}

const referenceOf = ({ metadata, spec: { scaleTargetRef } }: HorizontalPodAutoscaler): string =>
  `${scaleTargetRef.kind}/${metadata.namespace}/${scaleTargetRef.name}`
