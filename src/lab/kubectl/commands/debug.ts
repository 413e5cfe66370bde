/**
 * `kubectl debug POD`, `kubectl debug node/NAME`: kubernetes/kubectl:pkg/cmd/debug/debug.go, profiles.go.
 *
 * Not imitated: copies of pods, a terminal, partial containers in files (`--custom`). The server chooses the suffix of the name of a
 * node's pod, which the real one draws itself.
 */
import type { JsonObject } from '#lab/api/json.ts'
import { nameOf } from '#lab/kubectl/client.ts'
import { troubleOf } from '#lab/kubectl/commands/exec.ts'
import { given, made, pairs } from '#lab/kubectl/create/generator.ts'
import { addContainer } from '#lab/kubectl/debug/ephemeral.ts'
import { hostProfileOf, isProfile } from '#lab/kubectl/debug/profiles.ts'
import { attached, showLog, typedAt, untilContainer } from '#lab/kubectl/debug/session.ts'
import { bool, list, text } from '#lab/kubectl/flags.ts'
import { podOrOwner } from '#lab/kubectl/pods.ts'
import { type Command, partedAtDash, type Run } from '#lab/kubectl/run.ts'
import { KubectlError } from '#lab/kubectl/trouble.ts'

export const debug: Command = {
  name: 'debug',
  flags: [
    bool('arguments-only'),
    bool('attach'),
    text('container', 'c'),
    text('copy-to'),
    list('env'),
    text('image'),
    text('image-pull-policy'),
    text('profile'),
    bool('quiet', 'q'),
    bool('replace'),
    bool('same-node'),
    list('set-image'),
    bool('share-processes'),
    bool('stdin', 'i'),
    text('target'),
    bool('tty', 't'),
  ],
  run: async (run) => {
    const { flags } = run
    const { names, words: command } = partedAtDash(run)
    check(run, names)
    for (const name of names) await debugOne(run, name, command)
    if (flags.on('tty') && !run.ports.terminal)
      run.complain('Unable to use a TTY - input is not a terminal or the right kind of file')
  },
}

function check({ flags }: Run, names: readonly string[]): void {
  if (flags.has('copy-to'))
    throw new KubectlError('this kubectl copies no pods: use kubectl get -o yaml, and apply -f')
  for (const only of ['replace', 'same-node', 'set-image'])
    if (flags.has(only)) throw new KubectlError(`--${only} may only be used with --copy-to.`)
  if (!flags.has('image')) throw new KubectlError('you must specify --image when not using --copy-to.')
  if (names.length === 0) throw new KubectlError('NAME or filename is required for debug')
  if (flags.on('tty') && !flags.on('stdin'))
    throw new KubectlError('-i/--stdin is required for containers with -t/--tty=true')
  const profile = flags.text('profile') ?? 'legacy'
  if (!isProfile(profile)) throw new KubectlError(`unknown profile: ${profile}`)
}

async function debugOne(run: Run, word: string, command: readonly string[]): Promise<void> {
  const { flags, ports } = run
  const { resource, object } = await podOrOwner(run, word)
  if (resource.kind === 'Pod') {
    const added = await addContainer(run, object, command)
    if (flags.on('attach', flags.on('stdin')))
      await look(run, { ...added, endMs: ports.nowMs() + ports.patience.waitMs })
    return
  }
  if (resource.kind !== 'Node')
    throw new KubectlError(
      `"${resource.group === '' ? '' : `${resource.group}/`}${resource.version}, Kind=${resource.kind}" not supported by debug`,
    )
  const node = nameOf(object)
  const container = flags.text('container') ?? 'debugger'
  const pod = await made(run, debugPod(run, { node, container, command }), { manager: 'kubectl-debug' })
  if (!flags.on('quiet'))
    run.print(`Creating debugging pod ${nameOf(pod)} with container ${container} on node ${node}.`)
  if (!flags.on('attach', flags.on('stdin'))) return
  await look(run, { pod, container, endMs: ports.nowMs() + ports.patience.waitMs })
}

/** Attaches; falls back to the log of what has already ended. */
async function look(
  run: Run,
  { endMs, ...watched }: { readonly pod: JsonObject; readonly container: string; readonly endMs: number },
): Promise<void> {
  let told = ''
  const state = await untilContainer(run, watched, {
    endMs,
    enough: (is) => is !== 'waiting',
    waits: ({ message }) => {
      if (message === '' || message === told || run.flags.on('quiet')) return
      told = message
      run.complain(`Warning: container ${watched.container}: ${message}`)
    },
  })
  if (state === undefined) throw new KubectlError('timed out waiting for the condition')
  if (state !== 'running') return showLog(run, watched)
  if (!run.flags.on('quiet')) run.complain("If you don't see a command prompt, try pressing enter.")
  if (!run.flags.on('stdin')) return showLog(run, watched)
  const trouble = troubleOf(await attached(run, watched))
  if (trouble === undefined) return
  run.complain(
    `warning: couldn't attach to pod/${nameOf(watched.pod)}, falling back to streaming logs: ${trouble.message}`,
  )
  await showLog(run, watched)
}

interface Wanted {
  readonly node: string
  readonly container: string
  readonly command: readonly string[]
}

function debugPod({ flags }: Run, { node, container, command }: Wanted): JsonObject {
  const { seesDisk = false, spec, securityContext } = hostProfileOf(flags)
  const env = Object.entries(pairs(flags.all('env'))).map(([name, value]) => ({ name, value }))
  const words = command.length === 0 ? {} : { [flags.on('arguments-only') ? 'args' : 'command']: command }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `node-debugger-${node}-`,
      labels: { 'app.kubernetes.io/managed-by': 'kubectl-debug' },
    },
    spec: {
      containers: [
        given({
          name: container,
          image: flags.text('image'),
          imagePullPolicy: flags.text('image-pull-policy'),
          env: env.length === 0 ? undefined : env,
          securityContext,
          ...typedAt(flags),
          terminationMessagePolicy: 'File',
          volumeMounts: seesDisk ? [{ name: 'host-root', mountPath: '/host' }] : undefined,
          ...words,
        }),
      ],
      nodeName: node,
      restartPolicy: 'Never',
      tolerations: [{ operator: 'Exists' }],
      ...spec,
      ...(seesDisk ? { volumes: [{ name: 'host-root', hostPath: { path: '/' } }] } : {}),
    },
  }
}
