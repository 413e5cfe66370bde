/** Who sends a request from outside. */
import { impersonated } from '#lab/api/http/impersonation.ts'
import type { ApiRequest } from '#lab/api/http/request.ts'
import type { ApiServer } from '#lab/api/server.ts'
import { unauthorized } from '#lab/api/status.ts'
import type { Identity } from '#lab/api/verbs/state.ts'

/** The lab's owner, who reaches the server over loopback without a credential. */
const owner: Identity = { username: 'kubernetes-admin', groups: ['system:masters', 'system:authenticated'] }

/**
 * Whose request it is: a token's (bad ones are Unauthorized), a client certificate's, else the owner's; or that of whom they
 * impersonate. kubectl sends no Authorization header over plain HTTP, but it does send Impersonate-User.
 */
export const identityOf = (api: ApiServer, request: ApiRequest): Identity =>
  impersonated(api.state, authenticated(api, request), request)

/** A good certificate counts before a token, a bad one only when there is no good token. */
function authenticated(api: ApiServer, { headers, inside, client }: ApiRequest): Identity {
  const { authorization } = headers
  if (client?.kind === 'certificate')
    return api.authenticate({ user: client.commonName, groups: client.organizations })
  if (authorization !== undefined) return tokenOf(api, authorization)
  if (client?.kind === 'bad-certificate') throw unauthorized()
  return inside || client !== undefined ? api.authenticate({}) : owner
}

function tokenOf(api: ApiServer, authorization: string): Identity {
  const token = /^bearer\s+(.+)$/i.exec(authorization)?.[1]
  if (token === undefined) throw unauthorized()
  return api.authenticate({ token })
}
