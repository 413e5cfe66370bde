/** Service accounts as users: staging:apiserver/pkg/authentication/serviceaccount/util.go. */

/** The account that a user's name stands for: `system:serviceaccount:kube-system:calico-node`. */
export function accountOf(
  username: string,
): { readonly namespace: string; readonly name: string } | undefined {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(username) ?? []
  return namespace === undefined || name === undefined ? undefined : { namespace, name }
}

export const accountGroups = (namespace: string): readonly string[] => [
  'system:serviceaccounts',
  `system:serviceaccounts:${namespace}`,
]
