/** `oc whoami`: openshift/oc:pkg/cli/whoami/whoami.go. Not imitated: the context, which no lab's oc keeps. */
import { asText, at } from '#lab/api/json.ts'
import { selfReview } from '#lab/kubectl/commands/auth.ts'
import { bool } from '#lab/kubectl/flags.ts'
import type { Command } from '#lab/kubectl/run.ts'
import { isStatus, KubectlError } from '#lab/kubectl/trouble.ts'

export const whoami: Command = {
  name: 'whoami',
  flags: [bool('show-token', 't'), bool('show-context', 'c'), bool('show-server'), bool('show-console')],
  run: async (run) => {
    const { flags, client } = run
    if (flags.on('show-token')) {
      const token = flags.text('token') ?? ''
      if (token === '') throw new KubectlError('no token is currently in use for this session')
      run.print(token)
    } else if (flags.on('show-context')) {
      const context = run.ports.context?.name ?? ''
      if (context === '') throw new KubectlError('no context has been set')
      run.print(context)
    } else if (flags.on('show-server')) run.print(client.server)
    else if (flags.on('show-console')) run.print(await consoleOf(run))
    else run.print(asText(at(await selfReview(run), 'status.userInfo.username')) ?? '')
  },
}

/** Without a console it is the server, as it was in OpenShift 3. */
async function consoleOf({ client }: Parameters<Command['run']>[0]): Promise<string> {
  const path = '/api/v1/namespaces/openshift-config-managed/configmaps/console-public'
  try {
    const url = asText(at(await client.json(path), 'data.consoleURL'))
    if (url === undefined) throw new KubectlError('unable to determine console location from the cluster')
    return url
  } catch (error) {
    if (isStatus(error, 'NotFound')) return client.server
    throw error
  }
}
