/** A pod that somebody started to look around: its start is awaited, its output shown, its end told. */
import { asList, asObject, asText, at, type JsonObject } from '#lab/api/json.ts'
import { nameOf, namespaceOf } from '#lab/kubectl/client.ts'
import { finish } from '#lab/kubectl/commands/exec.ts'
import { copied } from '#lab/kubectl/commands/logs.ts'
import { resourceNamed } from '#lab/kubectl/discovery.ts'
import type { Flags } from '#lab/kubectl/flags.ts'
import { podPath } from '#lab/kubectl/pods.ts'
import type { ExecEnd } from '#lab/kubectl/ports.ts'
import type { Run } from '#lab/kubectl/run.ts'
import { follow } from '#lab/kubectl/wait.ts'

/** What there is to say of a container: that it began, ended, or why it does not begin. */
export type ContainerState = 'waiting' | 'running' | { readonly code: number }

export interface Watched {
  readonly pod: JsonObject
  readonly container: string
}

/** Where the container is in the pod's status; `reason` and `message` of why it waits. */
export function stateOf({ pod, container }: Watched): {
  readonly state: ContainerState
  readonly reason: string
  readonly message: string
} {
  const status = [
    ...asList(at(pod, 'status.containerStatuses')),
    ...asList(at(pod, 'status.ephemeralContainerStatuses')),
  ]
    .map(asObject)
    .find(({ name }) => name === container)
  const { terminated, running, waiting } = asObject(status?.['state'])
  const why = asObject(waiting)
  const state: ContainerState =
    terminated !== undefined
      ? { code: Number(asObject(terminated)['exitCode'] ?? 0) }
      : running !== undefined
        ? 'running'
        : 'waiting'
  return { state, reason: asText(why['reason']) ?? '', message: asText(why['message']) ?? '' }
}

/** Follows the pod until the container is as wanted; what it was then. `undefined`: `endMs` passed, or the pod has gone. */
export async function untilContainer(
  run: Run,
  { pod, container }: Watched,
  o: {
    readonly endMs: number
    readonly enough: (state: ContainerState) => boolean
    /** Told of every look while it waits. */
    readonly waits?: (why: { readonly reason: string; readonly message: string }) => void
  },
): Promise<ContainerState | undefined> {
  const resource = resourceNamed(await run.discovery(), 'pods')
  const one = { resource, name: nameOf(pod), namespace: namespaceOf(pod) }
  let last: ContainerState | undefined
  await follow(run, one, {
    endMs: o.endMs,
    look: (object) => {
      last = undefined
      if (object === undefined) return true
      const { state, reason, message } = stateOf({ pod: object, container })
      if (state === 'waiting') o.waits?.({ reason, message })
      if (!o.enough(state) && !isOver(object)) return false
      last = state
      return true
    },
  })
  return last
}

/** A pod may end without its containers having begun: it was evicted, or not admitted. */
const isOver = (pod: JsonObject): boolean =>
  ['Succeeded', 'Failed'].includes(asText(at(pod, 'status.phase')) ?? '')

/** The container's output, from its beginning to its end. */
export async function showLog(run: Run, { pod, container }: Watched): Promise<void> {
  const answer = await run.client.open(podPath(pod, 'log'), {
    accept: '*/*',
    query: { container, follow: 'true' },
  })
  await copied(run, answer, (text) => run.ports.stdout.write(text))
}

/**
 * A container's input, of `-i` and `-t`. There is no terminal: all that is typed at one comes at once, and stdinOnce stands for the
 * Ctrl-D that ends it. Without `-t` the input stays open for whoever attaches next.
 */
export const typedAt = (flags: Flags): JsonObject => ({
  stdin: flags.on('stdin') ? true : undefined,
  stdinOnce: flags.on('tty') ? true : undefined,
})

/** Types all of standard input to the container, and shows what it writes from now on, for as long as the attachment lasts. */
export async function attachTo(run: Run, watched: Watched): Promise<void> {
  finish(run, await attached(run, watched))
}

/** The same; answers how that ended, which says nothing of the container. */
export async function attached(run: Run, { pod, container }: Watched): Promise<ExecEnd> {
  const stdin = await run.ports.stdin()
  const query = `container=${encodeURIComponent(container)}&stdin=true&stdout=true&stderr=true`
  const { stdout, stderr } = run.ports
  return run.client.exec({ path: `${podPath(pod, 'attach')}?${query}`, stdin, stdout, stderr })
}
