/** `kubectl drain`: kubernetes/kubectl:pkg/cmd/drain/drain.go, pkg/drain. */
import { nameOf } from '#lab/kubectl/client.ts'
import { cordonAll, nodesOf } from '#lab/kubectl/commands/cordon.ts'
import { evictAll } from '#lab/kubectl/drain/evict.ts'
import { aggregate, podsToLeave, warningsOf } from '#lab/kubectl/drain/filter.ts'
import { bool, duration, int, text } from '#lab/kubectl/flags.ts'
import type { Found } from '#lab/kubectl/lists.ts'
import type { Command, Run } from '#lab/kubectl/run.ts'
import { Errors } from '#lab/kubectl/trouble.ts'
import { dryRunFlag, dryRunOf, told } from '#lab/kubectl/write.ts'

export const drain: Command = {
  name: 'drain',
  flags: [
    int('chunk-size'),
    bool('delete-emptydir-data'),
    bool('disable-eviction'),
    bool('force'),
    int('grace-period'),
    bool('ignore-daemonsets'),
    text('pod-selector'),
    text('selector', 'l'),
    int('skip-wait-for-delete-timeout'),
    duration('timeout'),
    dryRunFlag,
  ],
  run: carryOut,
}

async function carryOut(run: Run): Promise<void> {
  const nodes = await nodesOf(run)
  await cordonAll(run, nodes, 'cordon')
  const failed: { readonly name: string; readonly errors: readonly Error[] }[] = []
  for (const node of nodes) {
    const name = nameOf(node.object)
    const errors = await drainOne(run, node)
    if (errors.length === 0) {
      told(run, node.object, 'drained')
      continue
    }
    run.complain(
      `error: unable to drain node ${JSON.stringify(name)} due to error: ${aggregate(errors)}, continuing command...`,
    )
    failed.push({ name, errors })
  }
  if (failed.length === 0) return
  run.complain('There are pending nodes to be drained:')
  for (const { name } of failed) run.complain(` ${name}`)
  throw new Errors(failed.flatMap((each) => each.errors))
}

/** What is in the way; nothing: every pod that has to go is gone. */
async function drainOne(run: Run, node: Found): Promise<readonly Error[]> {
  const name = nameOf(node.object)
  const plan = await podsToLeave(run, name)
  if (plan.errors.length > 0) return plan.errors
  const warnings = warningsOf(plan)
  if (warnings !== '') run.complain(`Warning: ${warnings}`)
  if (dryRunOf(run) === 'client') {
    for (const { namespace, name: pod } of plan.pods) run.print(`evicting pod ${namespace}/${pod} (dry run)`)
    return []
  }
  const errors = await evictAll(run, plan.pods)
  if (errors.length > 0) await tellPending(run, name, errors)
  return errors
}

async function tellPending(run: Run, node: string, errors: readonly Error[]): Promise<void> {
  const { pods, errors: newErrors } = await podsToLeave(run, node)
  if (pods.length > 0) {
    run.complain(
      `There are pending pods in node ${JSON.stringify(node)} when an error occurred: ${aggregate(errors)}`,
    )
    for (const { name } of pods) run.complain(`pod/${name}`)
  }
  if (newErrors.length > 0)
    run.complain(
      `Following errors occurred while getting the list of pods to delete:\n${aggregate(newErrors)}`,
    )
}
