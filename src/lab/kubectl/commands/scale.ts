/** `kubectl scale`: kubernetes/kubectl:pkg/cmd/scale, pkg/scale. */
import { at } from '#lab/api/json.ts'
import { chosen } from '#lab/kubectl/choose.ts'
import { bool, duration, int, text } from '#lab/kubectl/flags.ts'
import { getOne } from '#lab/kubectl/lists.ts'
import { outputFlags } from '#lab/kubectl/print/output.ts'
import { type Command, fileFlags, type Run } from '#lab/kubectl/run.ts'
import { KubectlError } from '#lab/kubectl/trouble.ts'
import { follow } from '#lab/kubectl/wait.ts'
import {
  dryRunFlag,
  dryRunOf,
  type One,
  oneOf,
  patchObject,
  replaceObject,
  told,
} from '#lab/kubectl/write.ts'

export const scale: Command = {
  name: 'scale',
  flags: [
    bool('all'),
    int('current-replicas'),
    int('replicas'),
    text('resource-version'),
    text('selector', 'l'),
    duration('timeout'),
    dryRunFlag,
    ...fileFlags,
    ...outputFlags,
  ],
  run: carryOut,
}

async function carryOut(run: Run): Promise<void> {
  const { flags, args } = run
  const replicas = flags.int('replicas')
  if (replicas === undefined) throw new KubectlError('required flag(s) "replicas" not set')
  if (replicas < 0)
    throw new KubectlError(
      'The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0',
    )
  const { found } = await chosen(run, args, { needsChoice: true })
  if (found.length === 0) throw new KubectlError('no objects passed to scale')
  for (const each of found) {
    if (dryRunOf(run) !== 'client') await scaleOne(run, oneOf(each), replicas)
    told(run, each.object, 'scaled')
    const timeoutMs = flags.duration('timeout') ?? 0
    if (timeoutMs > 0 && dryRunOf(run) === 'none')
      await untilScaled(run, oneOf(each), { replicas, timeoutMs })
  }
}

async function scaleOne(run: Run, one: One, replicas: number): Promise<void> {
  const { flags } = run
  const part = { ...one, part: 'scale' }
  const size = flags.int('current-replicas') ?? -1
  const version = flags.text('resource-version')
  if (size < 0 && version === undefined) {
    await patchObject(run, part, { kind: 'merge', body: { spec: { replicas } } })
    return
  }
  const now = await getOne(run, part)
  const actual = Number(at(now, 'spec.replicas') ?? 0)
  const actualVersion = String(at(now, 'metadata.resourceVersion'))
  if (size >= 0 && actual !== size) throw new KubectlError(`Expected replicas to be ${size}, was ${actual}`)
  if (version !== undefined && version !== actualVersion)
    throw new KubectlError(`Expected resource version to be ${version}, was ${actualVersion}`)
  await replaceObject(run, part, { ...now, spec: { replicas } }, {})
}

async function untilScaled(
  run: Run,
  one: One,
  o: { readonly replicas: number; readonly timeoutMs: number },
): Promise<void> {
  const scaled = await follow(run, one, {
    endMs: run.ports.nowMs() + o.timeoutMs,
    look: (object) =>
      object !== undefined &&
      Number(at(object, 'status.replicas') ?? 0) === o.replicas &&
      Number(at(object, 'status.observedGeneration') ?? 0) >= Number(at(object, 'metadata.generation') ?? 0),
  })
  if (!scaled) throw new KubectlError('timed out waiting for the condition')
}
