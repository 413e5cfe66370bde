/**
 * `oc version`: openshift/oc:pkg/cli/version/version.go. The client is of the release with the cluster's Kubernetes, as
 * who downloads it from the cluster's console has it. Not imitated: `-o`.
 */
import { asList, asObject, asText, at } from '#lab/api/json.ts'
import { bool } from '#lab/kubectl/flags.ts'
import type { Command, Run } from '#lab/kubectl/run.ts'
import { isStatus } from '#lab/kubectl/trouble.ts'
import { openShiftOf, openShiftWith } from '#lab/openshift-releases.ts'

export const version: Command = {
  name: 'version',
  flags: [bool('client')],
  run: async (run) => {
    const own = openShiftWith(run.ports.version) ?? openShiftOf('1.27')
    run.print(`Client Version: ${own.version}\nKustomize Version: ${own.kustomize}`)
    if (run.flags.on('client')) return
    const server = await run.client.json('/version')
    const release = await openShift(run)
    if (release !== undefined) run.print(`Server Version: ${release}`)
    run.print(`Kubernetes Version: ${asText(server['gitVersion']) ?? ''}`)
  },
}

/** The last update that was completed; unknown to whom it is forbidden, and where there is no OpenShift. */
async function openShift({ client }: Run): Promise<string | undefined> {
  try {
    const answer = await client.json('/apis/config.openshift.io/v1/clusterversions/version')
    const history = asList(at(answer, 'status.history')).map(asObject)
    return asText(history.find(({ state }) => state === 'Completed')?.['version'])
  } catch (error) {
    if (isStatus(error, 'NotFound') || isStatus(error, 'Forbidden')) return undefined
    throw error
  }
}
