/**
 * `oc adm policy add-scc-to-user|add-scc-to-group|remove-scc-from-user|remove-scc-from-group`: openshift/oc:pkg/cli/admin/policy/modify_scc.go,
 * modify_roles.go. The right to use security context constraints is a role like any other.
 *
 * Not imitated: bindings of other names that say the same, dry runs, other output.
 */
import { asList, asObject, type JsonObject } from '#lab/api/json.ts'
import { text } from '#lab/kubectl/flags.ts'
import type { Command, Run } from '#lab/kubectl/run.ts'
import { isStatus, KubectlError } from '#lab/kubectl/trouble.ts'

const rbac = 'rbac.authorization.k8s.io'

type Kind = 'user' | 'group'
type Act = 'add' | 'remove'

const command = (name: string, act: Act, kind: Kind): Command => ({
  name: `adm policy ${name}`,
  flags: kind === 'user' ? [text('serviceaccount', 'z')] : [],
  run: (run) => modify(run, act, kind),
})

export const sccPolicy: readonly Command[] = [
  command('add-scc-to-user', 'add', 'user'),
  command('add-scc-to-group', 'add', 'group'),
  command('remove-scc-from-user', 'remove', 'user'),
  command('remove-scc-from-group', 'remove', 'group'),
]

async function modify(run: Run, act: Act, kind: Kind): Promise<void> {
  const [constraint, ...names] = run.args
  if (constraint === undefined) throw new KubectlError('you must specify a scc')
  const subjects = subjectsOf(run, names, kind)
  if (subjects.length === 0)
    throw new KubectlError(
      kind === 'user'
        ? 'you must specify at least one user or service account'
        : 'you must specify at least one group',
    )
  const name = `system:openshift:scc:${constraint}`
  const path = `/apis/${rbac}/v1/namespaces/${run.namespace}/rolebindings`
  const present = await bindingAt(run, `${path}/${name}`)
  const others = asList(present?.subjects).filter(
    (each) => !subjects.some((one) => isSame(one, asObject(each))),
  )
  if (act === 'add' || others.length > 0) {
    const binding = {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      ...present,
      metadata: { ...asObject(present?.metadata), name, namespace: run.namespace },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
      subjects: act === 'add' ? [...others, ...subjects] : others,
    }
    await run.client.json(present === undefined ? path : `${path}/${name}`, {
      method: present === undefined ? 'POST' : 'PUT',
      body: JSON.stringify(binding),
    })
  } else if (present !== undefined) await run.client.json(`${path}/${name}`, { method: 'DELETE' })
  const told = subjects.map((each) => JSON.stringify(each.name))
  const shown = told.length === 1 ? told[0] : `[${told.join(' ')}]`
  run.print(`clusterrole.${rbac}/${name} ${act === 'add' ? 'added' : 'removed'}: ${shown}`)
}

/** Accounts of this namespace by `-z`; `system:serviceaccount:NS:NAME` is an account, too. */
function subjectsOf(run: Run, names: readonly string[], kind: Kind): readonly JsonObject[] {
  const accounts = run.flags.text('serviceaccount')?.split(',') ?? []
  const own = accounts.map((name) => ({ kind: 'ServiceAccount', name, namespace: run.namespace }))
  const others = names.map((name) => {
    const [, namespace, account] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name) ?? []
    return kind === 'user' && account !== undefined
      ? { kind: 'ServiceAccount', name: account, namespace }
      : { kind: kind === 'user' ? 'User' : 'Group', apiGroup: rbac, name }
  })
  return [...own, ...others]
}

const isSame = (a: JsonObject, b: JsonObject): boolean =>
  a.kind === b.kind && a.name === b.name && a.namespace === b.namespace

async function bindingAt(run: Run, path: string): Promise<JsonObject | undefined> {
  try {
    return await run.client.json(path)
  } catch (error) {
    if (isStatus(error, 'NotFound')) return undefined
    throw error
  }
}
