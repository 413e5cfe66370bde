/** Who sends a request from outside. */
import type { ApiRequest } from '#lab/api/http/request.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { unauthorized } from '#lab/api/status.ts'
import type { Identity } from '#lab/api/verbs/state.ts'

/** The lab's owner, who reaches the server over loopback without a credential. */
const owner: Identity = { username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] }

/**
 * Whose request it is: a token's (bad ones are Unauthorized), that of who is impersonated, else the owner's.
 * kubectl sends no Authorization header over plain HTTP, but it does send Impersonate-User.
 */
export function identityOf(api: ApiServer, { headers, inside }: ApiRequest): Identity {
  const { authorization } = headers
  if (authorization === undefined && inside) return api.identify({})
  const caller = authorization === undefined ? owner : tokenOf(api, authorization)
  const username = headers['impersonate-user']
  if (username === undefined) return caller
  const groups = (headers['impersonate-group'] ?? '').split(', ').filter((group) => group !== '')
  return { username, groups: [...groups, 'system:authenticated'] }
}

function tokenOf(api: ApiServer, authorization: string): Identity {
  const token = /^bearer\s+(.+)$/i.exec(authorization)?.[1]
  if (token === undefined) throw unauthorized()
  return api.identify({ token })
}
