import { parseTime } from '#base/clock.ts'
import type { ContainerRow, PodRow } from '#cluster/relations.ts'
import { calicoComponentOf } from '#sources/text/reader.ts'
import { type ContainerBlock, containerBlocks } from '#sources/text/readers/describe-containers.ts'
import { type Description, fieldOf, labels, linesOf } from '#sources/text/readers/description.ts'

/**
 * Of a pod's description: where it runs, its containers with their states, its readiness. The security context is not
 * printed by kubectl; its absence says nothing.
 *
 * @see kubernetes/kubectl:pkg/describe/describe.go (describePod)
 */
export function describedPod(description: Description, name: string): PodRow {
  const containers = containerBlocks(description).map(containerOf)
  const node = /^[\w.-]+/.exec(fieldOf(description, 'Node') ?? '')?.[0]
  const phase = /^[A-Z][a-z]+/.exec(fieldOf(description, 'Status') ?? '')?.[0]
  const ready = readiness(description)
  const component = calicoComponentOf(labels(description)['k8s-app'] ?? name)
  const created = parseTime(fieldOf(description, 'Start Time') ?? '')
  // The reason of a failed pod itself (`Evicted`) stands in for its phase, as in kubectl's STATUS column.
  const reason = phase === 'Failed' ? fieldOf(description, 'Reason') : undefined
  const status = statusOf(containers, reason ?? phase)
  const ip = fieldOf(description, 'IP')
  const owner = fieldOf(description, 'Controlled By')
  return {
    namespace: fieldOf(description, 'Namespace') ?? '',
    name,
    containers,
    ...(node !== undefined && { node }),
    ...(component !== undefined && { component }),
    ...(phase !== undefined && phase !== 'Terminating' && { phase }),
    ...(status !== undefined && { status }),
    ...(ready !== undefined && { ready }),
    ...(ip !== undefined && { ip }),
    ...(created !== undefined && { createdAtMs: created }),
    ...(phase === 'Terminating' && { deleting: true }),
    ...(owner !== undefined && { owner }),
  }
}

function readiness(description: Description): boolean | undefined {
  for (const { text } of linesOf(description, 'Conditions')) {
    const status = /^\s*Ready\s+(True|False)\b/.exec(text)?.[1]
    if (status !== undefined) return status === 'True'
  }
  return undefined
}

/** As kubectl's STATUS column: what the first container waits for or ended with, else the phase. */
function statusOf(containers: readonly ContainerRow[], phase: string | undefined): string | undefined {
  const init = containers.find(
    ({ init, state, reason }) =>
      init && (state === 'waiting' || state === 'terminated') && reason !== 'Completed',
  )
  if (init !== undefined && init.reason !== 'PodInitializing') return `Init:${init.reason ?? 'Error'}`
  const main = containers.find(({ init, state }) => !init && state !== undefined && state !== 'running')
  return main?.reason ?? phase
}

/** A container's states, as far as its block shows them. */
export function containerOf(block: ContainerBlock): ContainerRow {
  const state = stateOf(block.lines, 'State')
  const last = stateOf(block.lines, 'Last State')
  const image = lineField(block.lines, 'Image')
  const ready = lineField(block.lines, 'Ready')
  const restarts = lineField(block.lines, 'Restart Count')
  const termination = last?.kind === 'Terminated' ? last : state?.kind === 'Terminated' ? state : undefined
  return {
    name: block.name,
    init: block.init,
    ...(image !== undefined && { image }),
    ...(ready !== undefined && { ready: ready === 'True' }),
    ...(restarts !== undefined && { restarts: Number(restarts) }),
    ...(state !== undefined && { state: states[state.kind] }),
    ...(state?.reason !== undefined && { reason: state.reason }),
    ...(state?.startedAtMs !== undefined && state.kind === 'Running' && { startedAtMs: state.startedAtMs }),
    ...(termination?.exitCode !== undefined && {
      lastTermination: {
        reason: termination.reason ?? '',
        exitCode: termination.exitCode,
        ...(termination.finishedAtMs !== undefined && { finishedAtMs: termination.finishedAtMs }),
      },
    }),
  }
}

const lineField = (lines: readonly string[], key: string): string | undefined => {
  const start = `${key}:`
  const line = lines.find((each) => each.trimStart().startsWith(start))
  return line?.trimStart().slice(start.length).trim() || undefined
}

const states = { Waiting: 'waiting', Running: 'running', Terminated: 'terminated' } as const

interface State {
  readonly kind: keyof typeof states
  readonly reason?: string
  readonly exitCode?: number
  readonly startedAtMs?: number
  readonly finishedAtMs?: number
}

const ofState = /^\s*(?:Reason|Message|Exit Code|Signal|Started|Finished):/

/** `State:  Terminated` and the deeper lines up to the next field of the container. */
function stateOf(lines: readonly string[], key: string): State | undefined {
  const at = lines.findIndex((line) => line.trimStart().startsWith(`${key}:`))
  const own = lines[at]
  const kind = /(Waiting|Running|Terminated)\s*$/.exec(own ?? '')?.[1]
  if (own === undefined || kind === undefined) return undefined
  const indent = own.search(/\S/)
  const rest = lines.slice(at + 1)
  // Where the indentation is gone, the words themselves tell what belongs to a state.
  const end = rest.findIndex((line) => line.search(/\S/) <= indent && !ofState.test(line))
  const inside = end < 0 ? rest : rest.slice(0, end)
  const exitCode = lineField(inside, 'Exit Code')
  const reason = lineField(inside, 'Reason')
  const startedAtMs = parseTime(lineField(inside, 'Started') ?? '')
  const finishedAtMs = parseTime(lineField(inside, 'Finished') ?? '')
  return {
    kind: kind as keyof typeof states, // the pattern admits nothing else
    ...(reason !== undefined && { reason }),
    ...(exitCode !== undefined && { exitCode: Number(exitCode) }),
    ...(startedAtMs !== undefined && { startedAtMs }),
    ...(finishedAtMs !== undefined && { finishedAtMs }),
  }
}
