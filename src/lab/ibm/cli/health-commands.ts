import { asObject } from '#lab/api/json.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import { operatorResources } from '#lab/calico/operator/definitions.ts'
import { type Call, type Commands, Refused } from '#lab/ibm/cli/command.ts'
import { json, sheet, table } from '#lab/ibm/cli/print.ts'
import { wantsJson } from '#lab/ibm/cli/words.ts'
import { tried } from '#lab/ibm/drain.ts'

/**
 * What the provider's own checks of a cluster's network say, as far as they ask the operator. Not imitated: the checks of
 * registries, resolvers, endpoint gateways, tokens and quotas (NHC003, NHC004, NHC006 to NHC011); that they run from time to time only.
 *
 * @see https://cloud.ibm.com/docs/openshift?topic=openshift-ts-network-nhc001
 */
export const healthCommands: Commands = {
  'ks cluster health issues': {
    needs: ['cluster'],
    run: async (call) => {
      const issues = await issuesOf(call)
      if (wantsJson(call.words)) return json(issues)
      if (issues.length === 0) return 'OK\nNo issues were found.\n'
      return `OK\n${table(
        ['ID', 'Component', 'Severity', 'Description'],
        issues.map(({ id, component, severity, description }) => [id, component, severity, description]),
      )}`
    },
  },

  'ks cluster health issue get': {
    needs: ['cluster', 'issue'],
    run: async (call) => {
      const issue = (await issuesOf(call)).find(({ id }) => id === call.words.option('issue'))
      if (issue === undefined) throw new Refused('The specified issue could not be found.')
      if (wantsJson(call.words)) return json(issue)
      return `OK\n${sheet([
        ['ID', issue.id],
        ['Component', issue.component],
        ['Severity', issue.severity],
        ['Description', issue.description],
      ])}`
    },
  },
}

interface Issue {
  readonly id: string
  readonly component: 'Network'
  readonly severity: 'Warning'
  readonly description: string
}

const issue = (id: string, description: string): Issue => ({
  id,
  component: 'Network',
  severity: 'Warning',
  description,
})

const hourMs = 3_600_000

/** None where there is no operator, or the master does not answer. */
async function issuesOf({ account, task }: Call): Promise<readonly Issue[]> {
  const status = await tried(() =>
    account.kube(task).get<KubeObject & { readonly status?: unknown }>({
      type: operatorResources.tigeraStatuses,
      name: 'calico',
    }),
  )
  const conditions = asObject(status?.status).conditions
  const since = (type: string): number | undefined => {
    const found = (Array.isArray(conditions) ? conditions : [])
      .map(asObject)
      .find((each) => each.type === type && each.status === 'True')
    return found === undefined ? undefined : Date.parse(String(found.lastTransitionTime))
  }
  const progressing = since('Progressing')
  return [
    ...(progressing !== undefined && account.site.kernel.nowMs - progressing > hourMs
      ? [
          issue(
            'NHC001',
            "Tigera operator has been reporting that Calico is in 'progressing' state for over an hour.",
          ),
        ]
      : []),
    ...(since('Degraded') === undefined
      ? []
      : [issue('NHC005', "Tigera operator is reporting that Calico is in 'degraded' state.")]),
  ]
}
