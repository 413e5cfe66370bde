/** `kubectl cordon` and `uncordon`: kubernetes/kubectl:pkg/cmd/drain/drain.go. */
import { at } from '#lab/api/json.ts'
import { chosen } from '#lab/kubectl/choose.ts'
import { nameOf } from '#lab/kubectl/client.ts'
import { text } from '#lab/kubectl/flags.ts'
import type { Found } from '#lab/kubectl/lists.ts'
import type { Command, Run } from '#lab/kubectl/run.ts'
import { KubectlError, StatusError, throwAll } from '#lab/kubectl/trouble.ts'
import { dryRunFlag, dryRunOf, oneOf, patchObject, told } from '#lab/kubectl/write.ts'

const flags = [text('selector', 'l'), dryRunFlag]

const command = (name: 'cordon' | 'uncordon'): Command => ({
  name,
  flags,
  run: async (run) => {
    await cordonAll(run, await nodesOf(run), name)
  },
})

export const cordon = command('cordon')
export const uncordon = command('uncordon')

/** The nodes that are named, or that have the labels. */
export async function nodesOf(run: Run): Promise<readonly Found[]> {
  const { flags: given, args, command: name } = run
  const usage = (message: string): KubectlError =>
    new KubectlError(`${message}\nSee 'kubectl ${name} -h' for help and examples`)
  if (args.length === 0 && !given.has('selector')) throw usage(`USAGE: ${name} NODE [flags]`)
  if (args.length > 0 && given.has('selector'))
    throw usage('cannot specify both a node name and a --selector option')
  const words = args.map((arg) => arg.replace(/^nodes?\//, ''))
  const nodes = await chosen(run, ['nodes', ...words])
  throwAll(nodes.errors)
  return nodes.found
}

/** Whatever cannot be changed is told, and the next one is tried. */
export async function cordonAll(
  run: Run,
  nodes: readonly Found[],
  how: 'cordon' | 'uncordon',
): Promise<void> {
  const wanted = how === 'cordon'
  for (const node of nodes) {
    const is = at(node.object, 'spec.unschedulable') === true
    if (is === wanted) {
      told(run, node.object, `already ${how}ed`)
      continue
    }
    try {
      const body = { spec: { unschedulable: wanted ? true : null } }
      if (dryRunOf(run) !== 'client') await patchObject(run, oneOf(node), { kind: 'strategic', body })
      told(run, node.object, `${how}ed`)
    } catch (error) {
      if (!(error instanceof StatusError)) throw error
      run.complain(`error: unable to ${how} node ${JSON.stringify(nameOf(node.object))}: ${error.message}`)
    }
  }
}
