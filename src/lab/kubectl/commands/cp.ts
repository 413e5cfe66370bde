/**
 * `kubectl cp`: kubernetes/kubectl:pkg/cmd/cp/cp.go. It needs a `tar` in the container, as the real one does.
 *
 * Not imitated: directories on the way into a pod, modes and owners, `--retries`.
 */
import { bytesOfText } from '#base/bytes.ts'
import type { JsonObject } from '#lab/api/json.ts'
import { archived, endOfArchive, fileEntry } from '#lab/host/commands/tar-format.ts'
import { Collector } from '#lab/host/process/streams.ts'
import { finish, Terminated, troubleOf } from '#lab/kubectl/commands/exec.ts'
import { bool, int, text } from '#lab/kubectl/flags.ts'
import { containerIn, podOrOwner, podPath } from '#lab/kubectl/pods.ts'
import { type ExecEnd, NoFile } from '#lab/kubectl/ports.ts'
import type { Command, Run } from '#lab/kubectl/run.ts'
import { KubectlError } from '#lab/kubectl/trouble.ts'

export const cp: Command = {
  name: 'cp',
  flags: [text('container', 'c'), bool('no-preserve'), int('retries')],
  run: async (run) => {
    const { from, to } = checked(run)
    if (to.pod !== undefined) return upload(run, from.path, await placeOf(run, to), to.path)
    if (from.pod !== undefined) return download(run, await placeOf(run, from), from.path, to.path)
  },
}

interface Spec {
  readonly namespace: string | undefined
  /** `undefined`: here. */
  readonly pod: string | undefined
  readonly path: string
}

function checked({ args }: Run): { readonly from: Spec; readonly to: Spec } {
  const [from, to] = args.map(specOf)
  if (from === undefined || to === undefined || args.length !== 2)
    throw new KubectlError('source and destination are required')
  if (from.pod !== undefined && to.pod !== undefined)
    throw new KubectlError('one of src or dest must be a local file specification')
  if (from.pod === undefined && to.pod === undefined)
    throw new KubectlError('one of src or dest must be a remote file specification')
  if (from.path === '' || to.path === '') throw new KubectlError('filepath can not be empty')
  return { from, to }
}

/** `[[namespace/]pod:]file/path`. */
function specOf(word: string): Spec {
  const wrong = 'filespec must match the canonical format: [[namespace/]pod:]file/path'
  const at = word.indexOf(':')
  if (at === 0) throw new KubectlError(wrong)
  if (at < 0) return { namespace: undefined, pod: undefined, path: word }
  const names = word.slice(0, at).split('/')
  const [pod, namespace] = [...names].reverse()
  if (names.length > 2) throw new KubectlError(wrong)
  return { namespace, pod, path: word.slice(at + 1) }
}

interface Place {
  readonly pod: JsonObject
  readonly container: string
}

async function placeOf(run: Run, { namespace, pod: name }: Spec): Promise<Place> {
  const there = namespace === undefined ? run : { ...run, namespace }
  const { object: pod } = await podOrOwner(there, name ?? '')
  const asked = run.flags.text('container')
  // One that there is not is refused by the server, in its words.
  const container =
    asked ?? containerIn(there, pod, { name: undefined, missing: (each) => each, quiet: false })
  return { pod, container }
}

async function executed(
  { client }: Run,
  { pod, container }: Place,
  o: { readonly command: readonly string[]; readonly stdin?: string; readonly stderr: Collector },
): Promise<{ readonly end: ExecEnd; readonly said: string }> {
  const query = [
    ...o.command.map((word) => ['command', word]),
    ['container', container],
    ...(o.stdin === undefined ? [] : [['stdin', 'true']]),
    ['stdout', 'true'],
    ['stderr', 'true'],
  ]
  const path = `${podPath(pod, 'exec')}?${query.map((pair) => pair.map(encodeURIComponent).join('=')).join('&')}`
  const stdout = new Collector()
  const end = await client.exec({ path, stdin: o.stdin, stdout, stderr: o.stderr })
  return { end, said: stdout.text }
}

async function upload(run: Run, from: string, place: Place, to: string): Promise<void> {
  const content = await localText(run, from)
  const isFolder = await executed(run, place, { command: ['test', '-d', to], stderr: new Collector() })
  const path = troubleOf(isFolder.end) === undefined ? `${to.replace(/\/+$/, '')}/${baseName(from)}` : to
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : ''
  const archive = `${fileEntry({ name: baseName(path), mode: 0o644, mtimeMs: run.ports.nowMs(), text: content })}${endOfArchive}`
  const owner = run.flags.on('no-preserve') ? ['--no-same-permissions', '--no-same-owner'] : []
  const command = ['tar', ...owner, '-xmf', '-', ...(folder === '' ? [] : ['-C', folder])]
  const stderr = new Collector()
  const { end, said } = await executed(run, place, { command, stdin: archive, stderr })
  run.ports.stdout.write(said)
  run.ports.stderr.write(stderr.text)
  finish(run, end)
}

async function localText({ ports }: Run, path: string): Promise<string> {
  try {
    return await ports.read(path)
  } catch (error) {
    if (!(error instanceof NoFile)) throw error
    throw new KubectlError(
      error.message === 'is a directory'
        ? 'this kubectl copies single files into pods: use tar, and kubectl exec -i -- tar'
        : `${path} doesn't exist in local filesystem`,
    )
  }
}

async function download(run: Run, place: Place, from: string, to: string): Promise<void> {
  const { write } = run.ports
  if (write === undefined)
    throw new KubectlError('this kubectl writes no files here: use kubectl exec -- cat')
  const stderr = new Collector()
  const { end, said } = await executed(run, place, { command: ['tar', 'cf', '-', from], stderr })
  run.ports.stderr.write(stderr.text)
  // What tar itself complains of is no failure (the real one has read all by then).
  const trouble = troubleOf(end)
  if (trouble !== undefined && (said === '' || !(trouble instanceof Terminated))) finish(run, end)
  const prefix = from.replace(/^\/+/, '').replace(/\/+$/, '')
  const root = /(?:^|\/)\.{0,2}$/.test(to) ? `${to.replace(/\/+$/, '') || '.'}/${baseName(from)}` : to
  for (const { name, type, body } of archived(bytesOfText(said))) {
    const inside = name.replace(/\/+$/, '')
    if (type === '5' || (inside !== prefix && !inside.startsWith(`${prefix}/`))) continue
    const path = `${root}${inside.slice(prefix.length)}`
    if (inside.split('/').includes('..'))
      run.complain(`warning: file ${JSON.stringify(path)} is outside target destination, skipping`)
    else await written(() => write.call(run.ports, path, body), path)
  }
}

async function written(act: () => Promise<void>, path: string): Promise<void> {
  try {
    await act()
  } catch (error) {
    throw error instanceof NoFile ? new KubectlError(`open ${path}: ${error.message}`) : error
  }
}

const baseName = (path: string): string => path.replace(/\/+$/, '').replace(/^.*\//, '')
