/** `kubectl rollout status|restart|undo|history|pause|resume`: kubernetes/kubectl:pkg/cmd/rollout, pkg/polymorphichelpers. */
import { rfc3339 } from '#base/clock.ts'
import { asObject, at, type JsonObject } from '#lab/api/json.ts'
import { type Chosen, chosen, forEach } from '#lab/kubectl/choose.ts'
import { metadataOf, nameOf, namespaceOf } from '#lab/kubectl/client.ts'
import { bool, duration, type Flag, int, text } from '#lab/kubectl/flags.ts'
import type { Found } from '#lab/kubectl/lists.ts'
import { outputFlags } from '#lab/kubectl/print/output.ts'
import { history } from '#lab/kubectl/rollout/history.ts'
import { statusOf } from '#lab/kubectl/rollout/status.ts'
import { undo } from '#lab/kubectl/rollout/undo.ts'
import { type Command, fileFlags, type Run } from '#lab/kubectl/run.ts'
import { KubectlError, throwAll } from '#lab/kubectl/trouble.ts'
import { follow } from '#lab/kubectl/wait.ts'
import { dryRunFlag, oneOf, patchObject, told } from '#lab/kubectl/write.ts'

const common: readonly Flag[] = [
  text('selector', 'l'),
  text('field-manager'),
  bool('allow-missing-template-keys'),
  ...fileFlags,
]

export const rollout: readonly Command[] = [
  {
    name: 'rollout status',
    flags: [bool('watch', 'w'), int('revision'), duration('timeout'), ...common],
    run: async (run) => {
      const { found, errors } = await objects(run)
      throwAll(errors)
      if (found.length === 0) run.complain(`No resources found in ${run.namespace} namespace.`)
      for (const each of found) await status(run, each)
    },
  },
  {
    name: 'rollout restart',
    flags: [...common, ...outputFlags],
    run: (run) => forAll(run, restart),
  },
  {
    name: 'rollout pause',
    flags: [...common, ...outputFlags],
    run: (run) => forAll(run, (one, each) => pausing(one, each, true)),
  },
  {
    name: 'rollout resume',
    flags: [...common, ...outputFlags],
    run: (run) => forAll(run, (one, each) => pausing(one, each, false)),
  },
  {
    name: 'rollout undo',
    flags: [int('to-revision'), dryRunFlag, ...common, ...outputFlags],
    run: (run) => forAll(run, undo),
  },
  {
    name: 'rollout history',
    flags: [int('revision'), ...common, ...outputFlags],
    run: (run) => forAll(run, history),
  },
]

const objects = (run: Run): Promise<Chosen> =>
  chosen(run, run.args, { empty: 'required resource not specified' })

async function forAll(run: Run, act: (run: Run, each: Found) => Promise<void>): Promise<void> {
  throwAll(await forEach(await objects(run), (each) => act(run, each)))
}

async function status(run: Run, each: Found): Promise<void> {
  const { flags, ports } = run
  const one = { resource: each.resource, name: nameOf(each.object), namespace: namespaceOf(each.object) }
  const timeoutMs = flags.duration('timeout') || Number.POSITIVE_INFINITY
  const seen = await follow(run, one, {
    endMs: ports.nowMs() + timeoutMs,
    look: (object) => {
      if (object === undefined) throw new KubectlError('object has been deleted')
      const { text: line, done } = statusOf(each.resource, object, flags.int('revision') ?? 0)
      run.print(line)
      return done || !flags.on('watch', true)
    },
  })
  if (!seen) throw new KubectlError('timed out waiting for the condition')
}

const restartable = ['Deployment', 'DaemonSet', 'StatefulSet']

async function restart(run: Run, each: Found): Promise<void> {
  const { resource, object } = each
  const named = `${resource.resource}${resource.group === '' ? '' : `.${resource.group}`} ${JSON.stringify(nameOf(object))}`
  if (resource.group !== 'apps' || !restartable.includes(resource.kind))
    throw new KubectlError(`${named} restarting is not supported`)
  if (at(object, 'spec.paused') === true)
    throw new KubectlError(`${named} can't restart paused deployment (run rollout resume first)`)
  const restartedAt = rfc3339(run.ports.nowMs())
  const before = asObject(at(object, 'spec.template.metadata.annotations'))[restartKey]
  if (before === restartedAt)
    throw new KubectlError(
      `failed to create patch for ${nameOf(object)}: if restart has already been triggered within the past second, please wait before attempting to trigger another`,
    )
  const template = { metadata: { annotations: { [restartKey]: restartedAt } } }
  told(run, await change(run, each, { spec: { template } }), 'restarted')
}

const restartKey = 'kubectl.kubernetes.io/restartedAt'

const change = (run: Run, each: Found, body: JsonObject): Promise<JsonObject> =>
  patchObject(run, oneOf(each), {
    kind: 'strategic',
    body,
    manager: run.flags.text('field-manager') ?? 'kubectl-rollout',
  })

async function pausing(run: Run, each: Found, paused: boolean): Promise<void> {
  const { resource, object } = each
  const named = `${resource.resource}${resource.group === '' ? '' : `.${resource.group}`} ${JSON.stringify(nameOf(object))}`
  if (resource.kind !== 'Deployment')
    throw new KubectlError(`${named} ${paused ? 'pausing' : 'resuming'} is not supported`)
  if ((at(object, 'spec.paused') === true) === paused)
    throw new KubectlError(`${named} is ${paused ? 'already' : 'not'} paused`)
  const body = { spec: { paused: paused ? true : null } }
  told(
    run,
    await change(run, { resource, object: { ...object, metadata: metadataOf(object) } }, body),
    paused ? 'paused' : 'resumed',
  )
}
