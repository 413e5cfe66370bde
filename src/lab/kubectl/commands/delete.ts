/** `kubectl delete`: kubernetes/kubectl:pkg/cmd/delete/delete.go. */
import { asObject, asText } from '#lab/api/json.ts'
import { choiceFlags, nothingChosen } from '#lab/kubectl/choose.ts'
import { nameOf, namespaceOf, uidOf } from '#lab/kubectl/client.ts'
import { kindName, pathOf, type Resource } from '#lab/kubectl/discovery.ts'
import { bool, duration, int, text } from '#lab/kubectl/flags.ts'
import { collect } from '#lab/kubectl/lists.ts'
import { manifests } from '#lab/kubectl/manifest.ts'
import type { Command, Run } from '#lab/kubectl/run.ts'
import { targetsOf } from '#lab/kubectl/targets.ts'
import { KubectlError, StatusError, throwAll } from '#lab/kubectl/trouble.ts'
import { untilGone } from '#lab/kubectl/wait.ts'
import { dryRunFlag, dryRunOf, dryRunWords } from '#lab/kubectl/write.ts'

export const remove: Command = {
  name: 'delete',
  flags: [
    text('cascade', '', 'background'),
    bool('force'),
    int('grace-period'),
    bool('ignore-not-found'),
    bool('interactive', 'i'),
    bool('now'),
    text('output', 'o'),
    text('raw'),
    duration('timeout'),
    bool('wait'),
    dryRunFlag,
    ...choiceFlags,
  ],
  run: carryOut,
}

interface Doomed {
  readonly resource: Resource
  readonly name: string
  readonly namespace: string | undefined
  readonly source?: string
}

async function carryOut(run: Run): Promise<void> {
  const { flags } = run
  const grace = graceOf(run)
  check(run, grace)
  const { doomed, errors } = await doomedOf(run)
  const all: unknown[] = [...errors]
  const gone: { readonly each: Doomed; readonly uid: string }[] = []
  let warned = !flags.has('namespace')
  for (const each of doomed) {
    if (!warned && !each.resource.namespaced) {
      run.complain('Warning: deleting cluster-scoped resources, not scoped to the provided namespace')
      warned = true
    }
    try {
      const uid = dryRunOf(run) === 'client' ? '' : await deleteOne(run, each, grace)
      tell(run, each, grace)
      gone.push({ each, uid })
    } catch (error) {
      const isGone = error instanceof StatusError && error.reason === 'NotFound'
      if (!(isGone && ignores(run))) all.push(error)
    }
  }
  throwAll(all)
  if (doomed.length === 0) run.print('No resources found')
  if (!flags.on('wait', true) || dryRunOf(run) !== 'none') return
  const endMs = run.ports.nowMs() + (flags.duration('timeout') || weekMs)
  for (const { each, uid } of gone) await untilGone(run, each, { uid, endMs })
}

const weekMs = 168 * 3_600_000

const ignores = ({ flags }: Run): boolean =>
  flags.has('ignore-not-found')
    ? flags.on('ignore-not-found')
    : flags.on('all') || flags.has('selector') || flags.has('field-selector')

/** Seconds; `undefined`: as the object says. 0 needs `--force`, and becomes 1 without. */
function graceOf({ flags }: Run): number | undefined {
  const asked = flags.int('grace-period') ?? -1
  if (flags.on('now')) {
    if (asked !== -1) throw new KubectlError('--now and --grace-period cannot be specified together')
    return 1
  }
  if (asked === 0 && !flags.on('force')) return 1
  if (asked < 0) return flags.on('force') ? 0 : undefined
  return asked
}

function check({ flags, complain }: Run, grace: number | undefined): void {
  const output = flags.text('output') ?? ''
  if (output !== '' && output !== 'name')
    throw new KubectlError(`unexpected -o output mode: ${output}. We only support '-o name'`)
  if (flags.on('all') && flags.has('selector'))
    throw new KubectlError('cannot set --all and --selector at the same time')
  if (flags.on('all') && flags.has('field-selector'))
    throw new KubectlError('cannot set --all and --field-selector at the same time')
  if (flags.on('interactive') || flags.has('raw'))
    throw new KubectlError('this kubectl deletes without asking, and by names, labels and files only')
  if (flags.on('force') && grace === 0)
    complain(
      'Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.',
    )
  if (flags.on('force') && (grace ?? 0) > 0)
    throw new KubectlError('--force and --grace-period greater than 0 cannot be specified together')
}

async function doomedOf(
  run: Run,
): Promise<{ readonly doomed: readonly Doomed[]; readonly errors: readonly unknown[] }> {
  const { flags, args, namespace } = run
  if (flags.has('filename')) {
    const written = await manifests(run)
    return { doomed: written.map((each) => ({ ...each, name: nameOf(each.object) })), errors: [] }
  }
  if (args.length === 0) throw new KubectlError(nothingChosen)
  const targets = await targetsOf(run)
  const selected = flags.has('selector') || flags.has('field-selector') || flags.on('all')
  if (targets.kind === 'named') {
    if (selected) throw new KubectlError('name cannot be provided when a selector is specified')
    return { doomed: targets.named.map((each) => ({ ...each, namespace })), errors: [] }
  }
  if (!selected) throw new KubectlError('resource(s) were provided, but no name was specified')
  const { found, errors } = await collect(run, targets, {
    namespace: flags.on('all-namespaces') ? undefined : namespace,
    selector: flags.text('selector'),
    fieldSelector: flags.text('field-selector'),
  })
  const doomed = found.map(({ resource, object }) => ({
    resource,
    name: nameOf(object),
    namespace: namespaceOf(object),
  }))
  return { doomed, errors }
}

/** Answers the uid of what was deleted. */
async function deleteOne(run: Run, each: Doomed, grace: number | undefined): Promise<string> {
  const { resource, name, source } = each
  const answer = await run.client
    .json(pathOf(resource, each), {
      method: 'DELETE',
      query: { dryRun: dryRunOf(run) === 'server' ? 'All' : undefined },
      body: JSON.stringify({
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        ...(grace === undefined ? {} : { gracePeriodSeconds: grace }),
        propagationPolicy: propagation(run),
      }),
      says: `delete ${resource.resource} ${name}`,
    })
    .catch((error: unknown) => {
      throw error instanceof StatusError && source !== undefined
        ? error.because(`error when deleting ${JSON.stringify(source)}: `)
        : error
    })
  return asText(asObject(answer['details'])['uid']) ?? uidOf(answer)
}

function propagation({ flags }: Run): string {
  const cascade = flags.text('cascade') ?? 'background'
  const policy = {
    background: 'Background',
    true: 'Background',
    orphan: 'Orphan',
    false: 'Orphan',
    foreground: 'Foreground',
  }[cascade]
  if (policy === undefined)
    throw new KubectlError(
      `invalid cascade value (${cascade}). Must be "background", "foreground", or "orphan"`,
    )
  return policy
}

function tell(run: Run, { resource, name }: Doomed, grace: number | undefined): void {
  const kind = kindName(resource)
  if (run.flags.text('output') === 'name') {
    run.print(`${kind}/${name}`)
    return
  }
  const how = grace === 0 ? 'force deleted' : 'deleted'
  run.print(`${kind} ${JSON.stringify(name)} ${how}${dryRunWords[dryRunOf(run)]}`)
}
