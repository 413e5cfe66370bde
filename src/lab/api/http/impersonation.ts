/** Acting as somebody else, by `Impersonate-*` headers: staging:apiserver/pkg/endpoints/filters/impersonation.go. */
import type { ResourceAttributes } from '#lab/api/authorization/attributes.ts'
import { authorizeAttributes } from '#lab/api/authorize.ts'
import type { ApiRequest } from '#lab/api/http/request.ts'
import { internalError } from '#lab/api/status.ts'
import { accountGroups, accountOf } from '#lab/api/tokens/account.ts'
import type { ApiState, Identity } from '#lab/api/verbs/state.ts'

const authentication = 'authentication.k8s.io'
const extraHeader = 'impersonate-extra-'

/** Who a request is to be made as. Throws Forbidden when `caller` may not impersonate that user, group, uid or extra. */
export function impersonated(state: ApiState, caller: Identity, { headers }: ApiRequest): Identity {
  const username = headers['impersonate-user']
  const groups = listOf(headers['impersonate-group'])
  const uid = headers['impersonate-uid']
  const extra = extraOf(headers)
  if (username === undefined) {
    if (groups.length === 0 && uid === undefined && extra === undefined) return caller
    throw internalError('requested groups, uid or extra without impersonating a user')
  }
  for (const asked of required({ username, groups, uid, extra })) authorizeAttributes(state, caller, asked)
  return {
    username,
    groups: allGroups(username, groups),
    ...(uid === undefined ? {} : { uid }),
    ...(extra === undefined ? {} : { extra }),
  }
}

type Wanted = Pick<Identity, 'username' | 'groups'> & {
  readonly uid: string | undefined
  readonly extra: Identity['extra'] | undefined
}

/** One permission for each thing that is taken on. */
function required({ username, groups, uid, extra = {} }: Wanted): readonly ResourceAttributes[] {
  const may = (resource: string, name: string, o: Partial<ResourceAttributes> = {}): ResourceAttributes => ({
    kind: 'resource',
    verb: 'impersonate',
    group: '',
    resource,
    name,
    ...o,
  })
  const account = accountOf(username)
  return [
    account === undefined
      ? may('users', username)
      : may('serviceaccounts', account.name, { namespace: account.namespace }),
    ...groups.map((name) => may('groups', name)),
    ...Object.entries(extra).flatMap(([subresource, values]) =>
      values.map((value) => may('userextras', value, { group: authentication, subresource })),
    ),
    ...(uid === undefined ? [] : [may('uids', uid, { group: authentication })]),
  ]
}

/** What everybody of that kind belongs to is added. */
function allGroups(username: string, asked: readonly string[]): readonly string[] {
  if (username === 'system:anonymous') return asked.length === 0 ? ['system:unauthenticated'] : asked
  const account = accountOf(username)
  const groups = account !== undefined && asked.length === 0 ? accountGroups(account.namespace) : asked
  const complete = groups.some((each) => each === 'system:authenticated' || each === 'system:unauthenticated')
  return complete ? groups : [...groups, 'system:authenticated']
}

/** Several values of one header arrive joined. */
const listOf = (header: string | undefined): readonly string[] =>
  (header ?? '').split(', ').filter((each) => each !== '')

function extraOf(headers: ApiRequest['headers']): Identity['extra'] | undefined {
  const found = Object.keys(headers).filter((name) => name.startsWith(extraHeader))
  if (found.length === 0) return undefined
  return Object.fromEntries(
    found.map((name) => [decodeURIComponent(name.slice(extraHeader.length)), listOf(headers[name])]),
  )
}
