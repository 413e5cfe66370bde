/** The Roles that a server makes in two namespaces: bootstrappolicy/namespace_policy.go of 1.31. */
import { events, read, rule } from '#lab/api/authorization/bootstrap/rule-words.ts'
import type { PolicyRule } from '#lab/api/authorization/rules.ts'

export interface NamespaceRole {
  readonly namespace: string
  readonly name: string
  readonly rules: readonly PolicyRule[]
  /** `account` is one of kube-system. */
  readonly binding?: {
    readonly name: string
    readonly users?: readonly string[]
    readonly accounts?: readonly string[]
  }
}

const system = 'kube-system'

const locking = (component: string, accounts: readonly string[]): NamespaceRole => {
  const name = `system::leader-locking-${component}`
  return {
    namespace: system,
    name,
    rules: [rule('watch', 'core', 'configmaps'), rule('get update', 'core', 'configmaps', component)],
    binding: { name, users: [`system:${component}`], accounts },
  }
}

const controller = (account: string, namespace: string, rules: readonly PolicyRule[]): NamespaceRole => {
  const name = `system:controller:${account}`
  return { namespace, name, rules, binding: { name, accounts: [account] } }
}

export const namespaceRoles = (): readonly NamespaceRole[] => [
  {
    namespace: system,
    name: 'extension-apiserver-authentication-reader',
    rules: [rule(read, 'core', 'configmaps', 'extension-apiserver-authentication')],
    binding: {
      name: 'system::extension-apiserver-authentication-reader',
      users: ['system:kube-controller-manager', 'system:kube-scheduler'],
    },
  },
  locking('kube-controller-manager', ['kube-controller-manager', 'leader-election-controller']),
  locking('kube-scheduler', ['kube-scheduler']),
  controller('bootstrap-signer', system, [rule(read, 'core', 'secrets')]),
  controller('cloud-provider', system, [rule(`create update ${read}`, 'core', 'configmaps'), events()]),
  controller('token-cleaner', system, [rule(`${read} delete`, 'core', 'secrets'), events()]),
  controller('bootstrap-signer', 'kube-public', [
    rule(read, 'core', 'configmaps'),
    rule('update', 'core', 'configmaps', 'cluster-info'),
    events(),
  ]),
]
