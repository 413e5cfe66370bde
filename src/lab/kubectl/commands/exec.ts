/** `kubectl exec`: kubernetes/kubectl:pkg/cmd/exec/exec.go. A terminal is not asked for, since nobody sits at one. */
import { asList, asObject, asText, at, isObject } from '#lab/api/json.ts'
import { nameOf } from '#lab/kubectl/client.ts'
import { bool, duration, text } from '#lab/kubectl/flags.ts'
import { byActivity, containerIn, firstPod, podOrOwner, podPath } from '#lab/kubectl/pods.ts'
import type { ExecEnd } from '#lab/kubectl/ports.ts'
import { type Command, fileFlags, type Run } from '#lab/kubectl/run.ts'
import { Exit, KubectlError, statusError } from '#lab/kubectl/trouble.ts'

export const exec: Command = {
  name: 'exec',
  flags: [
    text('container', 'c'),
    duration('pod-running-timeout'),
    bool('quiet', 'q'),
    bool('stdin', 'i'),
    bool('tty', 't'),
    ...fileFlags,
  ],
  run: carryOut,
}

async function carryOut(run: Run): Promise<void> {
  const { flags, args, ports } = run
  const [pod = ''] = args
  const command = wordsOf(run)
  await execIn(run, { pod, command, stdin: flags.on('stdin') ? await ports.stdin() : undefined })
}

/** Runs a command in a container of the pod that `POD` or `TYPE/NAME` means; throws when it does not end well. */
export async function execIn(
  run: Run,
  {
    pod: word,
    command,
    stdin,
  }: { readonly pod: string; readonly command: readonly string[]; readonly stdin: string | undefined },
): Promise<void> {
  const { flags, ports } = run
  const found = await podOrOwner(run, word)
  const { pod } = await firstPod(run, found, byActivity)
  const phase = asText(at(pod, 'status.phase'))
  if (phase === 'Succeeded' || phase === 'Failed')
    throw new KubectlError(`cannot exec into a container in a completed pod; current phase is ${phase}`)
  const missing = (name: string): string => `container ${name} not found in pod ${nameOf(pod)}`
  const container = containerIn(run, pod, {
    name: flags.text('container'),
    missing,
    quiet: flags.on('quiet'),
  })
  if (flags.on('tty') && !ports.terminal)
    run.complain('Unable to use a TTY - input is not a terminal or the right kind of file')
  const query = [
    ...command.map((each) => ['command', each]),
    ['container', container],
    ...(stdin === undefined ? [] : [['stdin', 'true']]),
    ['stdout', 'true'],
    ['stderr', 'true'],
  ]
  const path = `${podPath(pod, 'exec')}?${query.map((pair) => pair.map(encodeURIComponent).join('=')).join('&')}`
  finish(run, await run.client.exec({ path, stdin, stdout: ports.stdout, stderr: ports.stderr }))
}

/** What stands after `--`. Throws when nothing does. */
function wordsOf({ flags: { args, dash } }: Run): readonly string[] {
  if (args.length === 0 || dash === 0)
    throw new KubectlError('pod, type/name or --filename must be specified')
  if (dash < 0 && args.length > 1)
    throw new KubectlError(
      "exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\nSee 'kubectl exec -h' for help and examples",
    )
  const words = args.slice(1)
  if (words.length === 0) throw new KubectlError('you must specify at least one command for the container')
  return words
}

/** Tells how a command or an attachment ended; throws when not well. */
export function finish({ complain }: Run, end: ExecEnd): void {
  const trouble = troubleOf(end)
  if (trouble === undefined) return
  if (!(trouble instanceof Terminated)) throw trouble
  complain(trouble.message)
  throw new Exit(trouble.code)
}

/** A command's own exit code. */
export class Terminated extends Error {
  readonly code: number

  constructor(code: number) {
    super(`command terminated with exit code ${code}`)
    this.code = code
  }
}

/** Why a command or an attachment did not end well. client-go: tools/remotecommand; util/exec. */
export function troubleOf(end: ExecEnd): Error | undefined {
  if (end.kind === 'cut') return new KubectlError('error reading from error stream: unexpected EOF')
  if (end.kind === 'refused') return refusal(end.status, end.body)
  const { status } = end
  if (status['status'] === 'Success') return undefined
  const causes = asList(asObject(status['details'])['causes']).map(asObject)
  const code = causes.find(({ reason }) => reason === 'ExitCode')?.['message']
  return code === undefined ? new KubectlError(asText(status['message']) ?? '') : new Terminated(Number(code))
}

/** A Status is told as one; a kubelet's own words come after `unable to upgrade connection`. */
function refusal(status: number, body: string): Error {
  try {
    const parsed: unknown = JSON.parse(body)
    if (isObject(parsed)) return statusError(status, body, '')
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  return new KubectlError(`unable to upgrade connection: ${body}`)
}
