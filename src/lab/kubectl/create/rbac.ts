/** `kubectl create role|clusterrole|rolebinding|clusterrolebinding`. */
import type { JsonObject } from '#lab/api/json.ts'
import { type Generator, generated } from '#lab/kubectl/create/generator.ts'
import { resourceNamed } from '#lab/kubectl/discovery.ts'
import { list, text, texts } from '#lab/kubectl/flags.ts'
import type { Command, Run } from '#lab/kubectl/run.ts'
import { KubectlError } from '#lab/kubectl/trouble.ts'

const apiVersion = 'rbac.authorization.k8s.io/v1'
const apiGroup = 'rbac.authorization.k8s.io'
const ruleFlags = [list('verb'), list('resource'), texts('resource-name')]

/** One rule for each API group, as the resources name them. */
async function rulesOf(run: Run): Promise<readonly JsonObject[]> {
  const { flags } = run
  const verbs = flags.all('verb').includes('*') ? ['*'] : [...new Set(flags.all('verb'))]
  if (verbs.length === 0) throw new KubectlError('at least one verb must be specified')
  const groups = new Map<string, string[]>()
  for (const word of flags.all('resource')) {
    const [type = '', part] = word.split('/')
    const { group, resource } =
      type === '*' ? { group: '*', resource: '*' } : resourceNamed(await run.discovery(), type)
    groups.set(group, [...(groups.get(group) ?? []), part === undefined ? resource : `${resource}/${part}`])
  }
  const names = [...new Set(flags.all('resource-name'))]
  return [...groups].map(([group, resources]) => ({
    verbs,
    apiGroups: [group],
    resources,
    ...(names.length === 0 ? {} : { resourceNames: names }),
  }))
}

const role: Generator = {
  name: 'create role',
  flags: ruleFlags,
  build: async (run, name) => {
    const rules = await rulesOf(run)
    if (rules.length === 0) throw new KubectlError('at least one resource must be specified')
    return { apiVersion, kind: 'Role', metadata: { name }, rules }
  },
}

const clusterRole: Generator = {
  name: 'create clusterrole',
  flags: [...ruleFlags, list('non-resource-url'), text('aggregation-rule')],
  build: async (run, name) => {
    const urls = run.flags.all('non-resource-url')
    const rules = await rulesOf(run)
    if (rules.length === 0 && urls.length === 0)
      throw new KubectlError('one of resource or nonResourceURL must be specified')
    const plain = urls.length === 0 ? [] : [{ verbs: run.flags.all('verb'), nonResourceURLs: urls }]
    return { apiVersion, kind: 'ClusterRole', metadata: { name }, rules: [...rules, ...plain] }
  },
}

const bindingFlags = [
  text('clusterrole'),
  text('role'),
  texts('user'),
  texts('group'),
  texts('serviceaccount'),
]

function subjectsOf({ flags }: Run): readonly JsonObject[] {
  return [
    ...flags.all('user').map((name) => ({ kind: 'User', apiGroup, name })),
    ...flags.all('group').map((name) => ({ kind: 'Group', apiGroup, name })),
    ...flags.all('serviceaccount').map((word) => {
      const [namespace = '', name = '', ...more] = word.split(':')
      if (namespace === '' || name === '' || more.length > 0)
        throw new KubectlError('serviceaccount must be <namespace>:<name>')
      return { kind: 'ServiceAccount', name, namespace }
    }),
  ]
}

const roleBinding: Generator = {
  name: 'create rolebinding',
  flags: bindingFlags,
  before: 'failed to create rolebinding: ',
  build: (run, name) => {
    const [cluster, own] = [run.flags.text('clusterrole'), run.flags.text('role')]
    if ((cluster === undefined) === (own === undefined))
      throw new KubectlError('exactly one of clusterrole or role must be specified')
    const roleRef = { apiGroup, kind: cluster === undefined ? 'Role' : 'ClusterRole', name: cluster ?? own }
    return { apiVersion, kind: 'RoleBinding', metadata: { name }, subjects: subjectsOf(run), roleRef }
  },
}

const clusterRoleBinding: Generator = {
  name: 'create clusterrolebinding',
  flags: bindingFlags,
  before: 'failed to create clusterrolebinding: ',
  build: (run, name) => {
    const cluster = run.flags.text('clusterrole')
    if (cluster === undefined) throw new KubectlError('required flag(s) "clusterrole" not set')
    const roleRef = { apiGroup, kind: 'ClusterRole', name: cluster }
    return { apiVersion, kind: 'ClusterRoleBinding', metadata: { name }, subjects: subjectsOf(run), roleRef }
  },
}

export const accessCommands: readonly Command[] = [role, clusterRole, roleBinding, clusterRoleBinding].map(
  generated,
)
