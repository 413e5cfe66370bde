import type { RoleRow } from '#cluster/relations.ts'

export interface Right {
  readonly apiGroup: string
  readonly resource: string
  readonly verb: string
  /** The first release of Calico whose calico-node cannot do without it. */
  readonly since: string
}

/** What calico-node came to need over time. Who upgrades the image alone lacks the latest of these. */
const rights: readonly Right[] = [
  { apiGroup: 'discovery.k8s.io', resource: 'endpointslices', verb: 'list', since: '3.20' },
  { apiGroup: 'crd.projectcalico.org', resource: 'ipreservations', verb: 'list', since: '3.22' },
  { apiGroup: 'crd.projectcalico.org', resource: 'caliconodestatuses', verb: 'list', since: '3.22' },
  { apiGroup: '', resource: 'serviceaccounts/token', verb: 'create', since: '3.23' },
  { apiGroup: 'crd.projectcalico.org', resource: 'bgpfilters', verb: 'list', since: '3.26' },
  { apiGroup: 'crd.projectcalico.org', resource: 'tiers', verb: 'list', since: '3.30' },
]

/**
 * The rights that calico-node needs in one release or another and that its role does not give, newest last.
 *
 * @see projectcalico/calico:charts/calico/templates/calico-node-rbac.yaml
 */
export const missingRights = (role: RoleRow): readonly Right[] =>
  rights.filter((right) => !allows(role, right))

const allows = ({ rules }: RoleRow, { apiGroup, resource, verb }: Right): boolean =>
  rules.some(
    (rule) =>
      covers(rule.apiGroups, apiGroup) && covers(rule.resources, resource) && covers(rule.verbs, verb),
  )

const covers = (listed: readonly string[], wanted: string): boolean =>
  listed.includes(wanted) || listed.includes('*')
