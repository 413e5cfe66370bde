/** `kubectl describe`: kubernetes/kubectl:pkg/cmd/describe, pkg/describe. */
import type { JsonObject } from '#lab/api/json.ts'
import { itemsOf, nameOf } from '#lab/kubectl/client.ts'
import { eventLines, eventsOf } from '#lab/kubectl/describe/events.ts'
import { genericLines } from '#lab/kubectl/describe/generic.ts'
import { networkPolicyLines, serviceLines } from '#lab/kubectl/describe/network.ts'
import { nodeLines } from '#lab/kubectl/describe/node.ts'
import {
  bindingLines,
  budgetLines,
  configMapLines,
  namespaceLines,
  priorityClassLines,
  roleLines,
  secretLines,
  serviceAccountLines,
} from '#lab/kubectl/describe/plain.ts'
import { podLines } from '#lab/kubectl/describe/pod.ts'
import {
  daemonSetLines,
  deploymentLines,
  replicaSetLines,
  statefulSetLines,
} from '#lab/kubectl/describe/workloads.ts'

import { bool, int } from '#lab/kubectl/flags.ts'
import { type Choice, collect, type Found, pagesOf, typed } from '#lab/kubectl/lists.ts'
import { manifestTargets } from '#lab/kubectl/manifest.ts'
import { aligned, describeTabs } from '#lab/kubectl/print/tab-writer.ts'
import { type Command, fileFlags, type Run, selectorFlags } from '#lab/kubectl/run.ts'
import { type Targets, targetsOf } from '#lab/kubectl/targets.ts'
import { isStatus, KubectlError, throwAll } from '#lab/kubectl/trouble.ts'

export const describe: Command = {
  name: 'describe',
  flags: [
    bool('all-namespaces', 'A'),
    bool('show-events'),
    int('chunk-size'),
    ...selectorFlags,
    ...fileFlags,
  ],
  run: carryOut,
}

async function carryOut(run: Run): Promise<void> {
  const { flags, args } = run
  if (args.length === 0 && !flags.has('filename'))
    throw new KubectlError(
      'You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.',
    )
  const targets = flags.has('filename') ? await manifestTargets(run) : await targetsOf(run)
  const choice: Choice = {
    namespace: flags.on('all-namespaces') ? undefined : run.namespace,
    selector: flags.text('selector'),
    fieldSelector: flags.text('field-selector'),
  }
  const { found, errors } = await collect(run, targets, choice)
  const [error] = errors
  if (errors.length === 1 && found.length === 0 && isStatus(error, 'NotFound') && args.length === 2) {
    await describeMatching(run, targets, error)
    return
  }
  const withEvents = flags.on('show-events', true)
  for (const [index, each] of found.entries()) {
    if (index > 0) run.ports.stdout.write('\n\n')
    run.ports.stdout.write(await described(run, each, withEvents))
  }
  if (found.length === 0 && errors.length === 0)
    run.complain(
      flags.on('all-namespaces') ? 'No resources found' : `No resources found in ${run.namespace} namespace.`,
    )
  throwAll(errors)
}

/** A name that there is not may be the beginning of some: `describe pod calico-node`. */
async function describeMatching(run: Run, targets: Targets, error: Error): Promise<void> {
  const named = targets.kind === 'named' ? targets.named[0] : undefined
  if (named === undefined) throw error
  const { resource, name } = named
  const pages = await pagesOf(run, { resource, namespace: run.namespace })
  const found = pages.flatMap(itemsOf).filter((object) => nameOf(object).startsWith(name))
  if (found.length === 0) throw error
  for (const object of found)
    run.print(
      await described(run, { resource, object: typed(resource, object) }, run.flags.on('show-events', true)),
    )
}

async function described(run: Run, each: Found, withEvents: boolean): Promise<string> {
  const key = `${each.resource.group}/${each.resource.resource}`
  const describer = describers[key]
  const lines = await (describer ?? generic)(run, each)
  const events =
    withEvents && !eventless.has(key)
      ? eventLines(await eventsOf(run, typed(each.resource, each.object)), run.ports.nowMs())
      : []
  return `${aligned([...lines, ...events], describeTabs).join('\n')}\n`
}

type Describer = (run: Run, each: Found) => Promise<readonly string[]>

const plain =
  (lines: (object: JsonObject) => readonly string[]): Describer =>
  async (_, { object }) =>
    lines(object)

const generic = plain(genericLines)
const rbac = 'rbac.authorization.k8s.io'

const describers: { readonly [type: string]: Describer } = {
  '/pods': async ({ ports }, { object }) => podLines(object, ports.nowMs()),
  '/nodes': (run, { object }) => nodeLines(run, object),
  '/services': (run, { object }) => serviceLines(run, object),
  '/namespaces': (run, { object }) => namespaceLines(run, object),
  '/configmaps': plain(configMapLines),
  '/secrets': plain(secretLines),
  '/serviceaccounts': plain(serviceAccountLines),
  'apps/daemonsets': daemonSetLines,
  'apps/deployments': deploymentLines,
  'apps/replicasets': replicaSetLines,
  'apps/statefulsets': statefulSetLines,
  'networking.k8s.io/networkpolicies': plain(networkPolicyLines),
  'policy/poddisruptionbudgets': plain(budgetLines),
  'scheduling.k8s.io/priorityclasses': plain(priorityClassLines),
  [`${rbac}/clusterrolebindings`]: plain(bindingLines),
  [`${rbac}/rolebindings`]: plain(bindingLines),
  [`${rbac}/clusterroles`]: plain(roleLines),
  [`${rbac}/roles`]: plain(roleLines),
}

/** Of these kubectl asks for no events. */
const eventless = new Set([
  '/namespaces',
  '/secrets',
  'networking.k8s.io/networkpolicies',
  ...['clusterrolebindings', 'rolebindings', 'clusterroles', 'roles'].map(
    (resource) => `${rbac}/${resource}`,
  ),
])
