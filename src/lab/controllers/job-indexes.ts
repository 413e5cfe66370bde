/** The indexes of a Job whose pods have numbers: kubernetes/kubernetes:pkg/controller/job/indexed_job_utils.go, backoff_utils.go. */
import type { Draft, Job, Pod } from '#lab/api/objects.ts'
import { endMs, waitAfter } from '#lab/controllers/job-backoff.ts'
import { failureMatch, isCounted } from '#lab/controllers/job-failure-policy.ts'
import { isActive } from '#lab/controllers/pods.ts'

const annotation = 'batch.kubernetes.io/job-completion-index'

export const isIndexed = ({ spec }: Job): boolean => spec.completionMode === 'Indexed'

export interface Progress {
  readonly completed: ReadonlySet<number>
  /** Those that are given up. */
  readonly failed: ReadonlySet<number>
}

export function progressOf(job: Job, pods: readonly Pod[]): Progress {
  const { completions = 0, backoffLimitPerIndex } = job.spec
  const completed = new Set<number>()
  for (const pod of pods) {
    const index = indexOf(pod)
    if (pod.status.phase === 'Succeeded' && index !== undefined && index < completions) completed.add(index)
  }
  const lost = new Set<number>()
  if (backoffLimitPerIndex !== undefined)
    for (const [index, failures] of failuresByIndex(job, pods))
      if (
        !completed.has(index) &&
        (failures.length > backoffLimitPerIndex ||
          failures.some((pod) => failureMatch(job, pod)?.action === 'FailIndex'))
      )
        lost.add(index)
  return { completed, failed: lost }
}

/** The first so many indexes that want a pod now, and how long until one is no longer held back by its failures (0: none is). */
export function indexesWanted(
  job: Job,
  pods: readonly Pod[],
  { count, nowMs }: { readonly count: number; readonly nowMs: number },
): { readonly indexes: readonly number[]; readonly againMs: number } {
  const { completed, failed: lost } = progressOf(job, pods)
  const active = new Set(pods.filter(isActive).map(indexOf))
  const failures = failuresByIndex(job, pods)
  const all = [...failures.values()].flat()
  const waitOf = (index: number): number => {
    // The failures of all stand against each, unless each index has a limit of its own.
    const own = job.spec.backoffLimitPerIndex === undefined ? all : (failures.get(index) ?? [])
    return own.length === 0 ? 0 : waitAfter(own.length, Math.max(...own.map(endMs)), nowMs)
  }
  const indexes: number[] = []
  const waits: number[] = []
  for (let index = 0; index < (job.spec.completions ?? 0) && indexes.length < count; index++) {
    if (completed.has(index) || lost.has(index) || active.has(index)) continue
    const wait = waitOf(index)
    if (wait > 0) waits.push(wait)
    else indexes.push(index)
  }
  return { indexes, againMs: waits.length === 0 ? 0 : Math.min(...waits) }
}

function failuresByIndex(job: Job, pods: readonly Pod[]): ReadonlyMap<number, readonly Pod[]> {
  const found = new Map<number, Pod[]>()
  for (const pod of pods) {
    const index = indexOf(pod)
    if (index === undefined || pod.status.phase !== 'Failed' || !isCounted(job, pod)) continue
    const known = found.get(index)
    if (known === undefined) found.set(index, [pod])
    else known.push(pod)
  }
  return found
}

function indexOf({ metadata }: Pod): number | undefined {
  const text = metadata.annotations?.[annotation]
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined
}

/** `0-3,5,7,8`: two neighbours are written one by one. */
export function indexText(indexes: ReadonlySet<number>): string {
  const runs: [first: number, last: number][] = []
  for (const index of [...indexes].sort((a, b) => a - b)) {
    const last = runs.at(-1)
    if (last !== undefined && last[1] === index - 1) last[1] = index
    else runs.push([index, index])
  }
  return runs
    .map(([first, last]) => (first === last ? first : `${first}${last === first + 1 ? ',' : '-'}${last}`))
    .join(',')
}

/** The pod with its index: in its name, its host's name, its annotations and labels, and the environment of its containers. */
export function indexed(job: Job, draft: Draft<Pod>, index: number): Draft<Pod> {
  const { name } = job.metadata
  const { containers, initContainers } = draft.spec
  const fieldRef = { fieldPath: `metadata.annotations['${annotation}']` }
  const variable = { name: 'JOB_COMPLETION_INDEX', valueFrom: { fieldRef } }
  const withVariable = <T extends { readonly env?: readonly { readonly name: string }[] }>(
    container: T,
  ): T =>
    container.env?.some((each) => each.name === variable.name)
      ? container
      : { ...container, env: [...(container.env ?? []), variable] }
  const mark = { [annotation]: String(index) }
  return {
    ...draft,
    metadata: {
      ...draft.metadata,
      generateName: `${name}-${index}-`,
      annotations: { ...draft.metadata.annotations, ...mark },
      labels: { ...draft.metadata.labels, ...mark },
    },
    spec: {
      ...draft.spec,
      hostname: `${name}-${index}`,
      containers: containers.map(withVariable),
      ...(initContainers === undefined ? {} : { initContainers: initContainers.map(withVariable) }),
    },
  }
}
