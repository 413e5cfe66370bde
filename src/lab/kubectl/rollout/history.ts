/** `kubectl rollout history`: kubernetes/kubectl:pkg/polymorphichelpers/history.go. */

import { podTemplateLines } from '#lab/kubectl/describe/pod-template.ts'
import type { Found } from '#lab/kubectl/lists.ts'
import { objectName, objectPrinter } from '#lab/kubectl/print/output.ts'
import { aligned, describeTabs } from '#lab/kubectl/print/tab-writer.ts'
import { type Revision, revisionsOf } from '#lab/kubectl/rollout/revisions.ts'
import type { Run } from '#lab/kubectl/run.ts'
import { KubectlError } from '#lab/kubectl/trouble.ts'

/** All revisions, or one with its template. */
export async function history(run: Run, each: Found): Promise<void> {
  const wanted = run.flags.int('revision') ?? 0
  const revisions = await revisionsOf(run, each)
  const chosen = wanted > 0 ? revisions.filter(({ number }) => number === wanted) : revisions
  if (wanted > 0 && chosen.length === 0) throw new KubectlError('unable to find the specified revision')
  const print = objectPrinter(run.flags)
  if (print !== undefined) {
    for (const { keeper } of chosen) run.ports.stdout.write(print(keeper))
    return
  }
  const [first] = chosen
  const head = wanted > 0 ? ` with revision #${wanted}` : ' '
  const body = wanted > 0 && first !== undefined ? podTemplateLines(first.template) : table(revisions)
  run.print([`${objectName(each.object)}${head}`, ...body, ''].join('\n'))
}

function table(revisions: readonly Revision[]): readonly string[] {
  if (revisions.length === 0) return ['No rollout history found.']
  const rows = revisions.map(({ number, cause }) => `${number}\t${cause === '' ? '<none>' : cause}`)
  return [...aligned(['REVISION\tCHANGE-CAUSE', ...rows], describeTabs), '']
}
