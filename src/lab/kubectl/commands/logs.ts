/** `kubectl logs`: kubernetes/kubectl:pkg/cmd/logs/logs.go. */
import type { JsonObject } from '#lab/api/json.ts'
import { itemsOf, nameOf } from '#lab/kubectl/client.ts'
import { resourceNamed } from '#lab/kubectl/discovery.ts'
import { bool, duration, int, text } from '#lab/kubectl/flags.ts'
import { type Found, pagesOf, typed } from '#lab/kubectl/lists.ts'
import {
  byLogging,
  containerIn,
  containerNames,
  firstPod,
  podOrOwner,
  podPath,
  podsOf,
  withNamespace,
} from '#lab/kubectl/pods.ts'
import { type Answering, Interrupted, until } from '#lab/kubectl/ports.ts'
import type { Command, Run } from '#lab/kubectl/run.ts'
import { KubectlError, StatusError } from '#lab/kubectl/trouble.ts'

export const logs: Command = {
  name: 'logs',
  aliases: ['log'],
  flags: [
    bool('all-containers'),
    bool('all-pods'),
    text('container', 'c'),
    bool('follow', 'f'),
    bool('ignore-errors'),
    bool('insecure-skip-tls-verify-backend'),
    int('limit-bytes'),
    int('max-log-requests'),
    duration('pod-running-timeout'),
    bool('prefix'),
    bool('previous', 'p'),
    text('selector', 'l'),
    duration('since'),
    text('since-time'),
    int('tail'),
    bool('timestamps'),
  ],
  run: carryOut,
}

const usage = `expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.
POD or TYPE/NAME is a required argument for the logs command
See 'kubectl logs -h' for help and examples`

/** One log: of a container of a pod. */
interface Source {
  readonly pod: JsonObject
  readonly container: string
}

async function carryOut(run: Run): Promise<void> {
  const { flags } = run
  check(run)
  const sources = await sourcesOf(run)
  const limit = flags.int('max-log-requests') ?? 5
  if (flags.on('follow') && sources.length > limit)
    throw new KubectlError(
      `you are attempting to follow ${sources.length} log streams, but maximum allowed concurrency is ${limit}, use --max-log-requests to increase the limit`,
    )
  if (flags.on('follow') && sources.length > 1) await together(run, sources)
  else for (const source of sources) await oneLog(run, source)
}

function check({ flags, args }: Run): void {
  const selected = flags.has('selector')
  if (args.length > 2 || (args.length === 0 && !selected)) throw new KubectlError(usage)
  if (args.length === 1 && selected)
    throw new KubectlError(
      `only a selector (-l) or a POD name is allowed\nSee 'kubectl logs -h' for help and examples`,
    )
  if (flags.has('since') && flags.has('since-time'))
    throw new KubectlError('at most one of `sinceTime` or `sinceSeconds` may be specified')
  const container = flags.text('container') ?? args[1]
  if (flags.on('all-containers') && container !== undefined)
    throw new KubectlError(`--all-containers=true should not be specified with container name ${container}`)
  if (flags.has('container') && args.length === 2)
    throw new KubectlError('only one of -c or an inline [CONTAINER] arg is allowed')
  if ((flags.duration('since') ?? 0) < 0) throw new KubectlError('--since must be greater than 0')
  if ((flags.int('tail') ?? -1) < -1) throw new KubectlError('--tail must be greater than or equal to -1')
}

async function sourcesOf(run: Run): Promise<readonly Source[]> {
  const pods = run.flags.has('selector') ? await selectedPods(run) : await namedPods(run)
  return pods.flatMap((pod) => containersOf(run, pod).map((container) => ({ pod, container })))
}

async function selectedPods(run: Run): Promise<readonly JsonObject[]> {
  const resource = resourceNamed(await run.discovery(), 'pods')
  const pages = await pagesOf(run, {
    resource,
    namespace: run.namespace,
    selector: run.flags.text('selector'),
  })
  const pods = pages.flatMap(itemsOf).map((pod) => typed(resource, pod))
  if (pods.length === 0) run.complain(`No resources found in ${run.namespace} namespace.`)
  return pods
}

async function namedPods(run: Run): Promise<readonly JsonObject[]> {
  const [word = ''] = run.args
  const found: Found = await podOrOwner(run, word).catch((error: unknown) => {
    throw withNamespace(error, run.namespace)
  })
  if (run.flags.on('all-pods') && found.resource.resource !== 'pods') return podsOf(run, found, byLogging)
  const { pod, count } = await firstPod(run, found, byLogging)
  if (count > 1) run.complain(`Found ${count} pods, using pod/${nameOf(pod)}`)
  return [pod]
}

function containersOf(run: Run, pod: JsonObject): readonly string[] {
  const { flags, args } = run
  if (flags.on('all-containers'))
    return (['initContainers', 'containers', 'ephemeralContainers'] as const).flatMap((kind) =>
      containerNames(pod, kind),
    )
  const name = flags.text('container') ?? args[1]
  const missing = (wrong: string): string => `container ${wrong} is not valid for pod ${nameOf(pod)}`
  return [containerIn(run, pod, { name, missing, quiet: flags.on('all-pods') })]
}

function opened({ flags, client }: Run, { pod, container }: Source): Promise<Answering> {
  const since = flags.duration('since')
  const tail = flags.int('tail') ?? (flags.has('selector') ? 10 : -1)
  const set = (name: string): string | undefined => (flags.on(name) ? 'true' : undefined)
  return client.open(podPath(pod, 'log'), {
    accept: '*/*',
    query: {
      container,
      follow: set('follow'),
      previous: set('previous'),
      timestamps: set('timestamps'),
      limitBytes: flags.int('limit-bytes'),
      sinceSeconds: since === undefined ? undefined : Math.round(since / 1000),
      sinceTime: flags.text('since-time'),
      tailLines: tail < 0 ? undefined : tail,
    },
  })
}

/** Writes a log's text; with `--prefix` each line says whose it is. */
function writerFor({ flags, ports }: Run, { pod, container }: Source): (text: string) => void {
  if (!flags.on('prefix') && !flags.on('all-pods')) return (piece) => ports.stdout.write(piece)
  const prefix = `[pod/${nameOf(pod)}/${container}] `
  return (piece) => ports.stdout.write(piece.replaceAll(/^(?=.|\n)/gm, prefix))
}

async function oneLog(run: Run, source: Source): Promise<void> {
  const write = writerFor(run, source)
  try {
    await copied(run, await opened(run, source), write)
  } catch (error) {
    if (!(error instanceof StatusError) || !run.flags.on('ignore-errors')) throw error
    run.print(`error: ${error.message}`)
  }
}

/** Writes what comes to the answer's end. Rejects with {@link Interrupted} when nobody looks on any longer. */
export async function copied(
  { ports }: Run,
  answer: Answering,
  write: (text: string) => void,
): Promise<void> {
  const limit = until(ports.nowMs() + ports.patience.followMs)
  for (;;) {
    const piece = await answer.next(limit)
    if (piece.kind === 'late') throw new Interrupted('nobody looks on any longer')
    if (piece.kind !== 'text') return
    write(piece.text)
  }
}

const turnMs = 500

/** Follows several logs: each is looked at in turn. */
async function together(run: Run, sources: readonly Source[]): Promise<void> {
  let open: { readonly answer: Answering; readonly write: (text: string) => void }[] = []
  for (const source of sources)
    open.push({ answer: await opened(run, source), write: writerFor(run, source) })
  const endMs = run.ports.nowMs() + run.ports.patience.followMs
  while (open.length > 0) {
    if (run.ports.nowMs() >= endMs) throw new Interrupted('nobody looks on any longer')
    const still: typeof open = []
    for (const each of open) {
      const piece = await each.answer.next({ deadlineMs: run.ports.nowMs() + turnMs })
      if (piece.kind === 'text') each.write(piece.text)
      if (piece.kind === 'text' || piece.kind === 'late') still.push(each)
    }
    open = still
  }
}
