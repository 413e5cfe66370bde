/** `kubectl patch`: kubernetes/kubectl:pkg/cmd/patch/patch.go. */
import { parse } from 'yaml'
import { type JsonObject, share } from '#lab/api/json.ts'
import { chosen, forEach } from '#lab/kubectl/choose.ts'
import { groupVersionText } from '#lab/kubectl/discovery.ts'
import { bool, text } from '#lab/kubectl/flags.ts'
import type { Found } from '#lab/kubectl/lists.ts'
import { NoFile } from '#lab/kubectl/ports.ts'
import { outputFlags } from '#lab/kubectl/print/output.ts'
import { type Command, fileFlags, type Run } from '#lab/kubectl/run.ts'
import { KubectlError, StatusError, throwAll } from '#lab/kubectl/trouble.ts'
import { dryRunFlag, dryRunOf, oneOf, type PatchKind, patchObject, told } from '#lab/kubectl/write.ts'

export const patch: Command = {
  name: 'patch',
  flags: [
    text('patch', 'p'),
    text('patch-file'),
    text('type'),
    text('subresource'),
    text('field-manager'),
    bool('local'),
    dryRunFlag,
    ...fileFlags,
    ...outputFlags,
  ],
  run: carryOut,
}

const kinds = ['json', 'merge', 'strategic'] as const

async function carryOut(run: Run): Promise<void> {
  const { flags, args } = run
  if (flags.has('patch') && flags.has('patch-file'))
    throw new KubectlError('cannot specify --patch and --patch-file together')
  if ((flags.text('patch') ?? '') === '' && (flags.text('patch-file') ?? '') === '')
    throw new KubectlError('must specify --patch or --patch-file containing the contents of the patch')
  const asked = (flags.text('type') ?? 'strategic').toLowerCase()
  const kind = kinds.find((each) => each === asked)
  if (kind === undefined)
    throw new KubectlError(
      `--type must be one of [${kinds.join(' ')}], not ${JSON.stringify(flags.text('type'))}`,
    )
  if (flags.on('local') || dryRunOf(run) === 'client')
    throw new KubectlError('this kubectl has the server make patches: use --dry-run=server')
  const body = jsonOf(await patchText(run))
  const errors = await forEach(await chosen(run, args, { needsChoice: true }), (each) =>
    patchOne(run, each, { kind, body }),
  )
  throwAll(errors)
}

async function patchText({ flags, ports }: Run): Promise<string> {
  const path = flags.text('patch-file')
  if (path === undefined) return flags.text('patch') ?? ''
  try {
    return await ports.read(path)
  } catch (error) {
    if (error instanceof NoFile)
      throw new KubectlError(`unable to read patch file: open ${path}: ${error.message}`)
    throw error
  }
}

/** What begins as JSON is sent as it is; YAML becomes JSON. */
function jsonOf(written: string): string {
  if (/^\s*[{[]/.test(written)) return written
  try {
    return JSON.stringify(parse(written))
  } catch (error) {
    throw new KubectlError(
      `unable to parse ${JSON.stringify(written)}: yaml: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : ''}`,
    )
  }
}

async function patchOne(
  run: Run,
  each: Found,
  { kind, body }: { readonly kind: PatchKind; readonly body: string },
): Promise<void> {
  const part = run.flags.text('subresource')
  const one = { ...oneOf(each), ...(part === undefined ? {} : { part }) }
  const manager = run.flags.text('field-manager') ?? 'kubectl-patch'
  const object = await patchObject(run, one, { kind, body, manager }).catch((error: unknown) => {
    throw error instanceof StatusError && error.reason === 'UnsupportedMediaType'
      ? unsupported(each, kind, error)
      : error
  })
  told(run, object, changed(each.object, object) ? 'patched' : 'patched (no change)')
}

const changed = (before: JsonObject, after: JsonObject): boolean => share(before, after) !== before

const media = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
}

const unsupported = ({ resource }: Found, kind: PatchKind, error: StatusError): KubectlError =>
  new KubectlError(
    `${media[kind]} is not supported by ${groupVersionText(resource.group, resource.version)}, Kind=${resource.kind}: ${error.message}`,
  )
