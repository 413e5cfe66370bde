/** `oc version`: openshift/oc:pkg/cli/version/version.go. Not imitated: `-o`. */
import { asList, asObject, asText, at } from '#lab/api/json.ts'
import { bool } from '#lab/kubectl/flags.ts'
import type { Command, Run } from '#lab/kubectl/run.ts'
import { isStatus } from '#lab/kubectl/trouble.ts'

export const version: Command = {
  name: 'version',
  flags: [bool('client')],
  run: async (run) => {
    run.print(`Client Version: ${clientVersion}\nKustomize Version: v5.0.1`)
    if (run.flags.on('client')) return
    const server = await run.client.json('/version')
    const release = await openShift(run)
    if (release !== undefined) run.print(`Server Version: ${release}`)
    run.print(`Kubernetes Version: ${asText(server['gitVersion']) ?? ''}`)
  },
}

/** What this oc says it is. */
const clientVersion = '4.14.38'

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
