/**
 * `kubectl auth can-i`, `auth whoami`: kubernetes/kubectl:pkg/cmd/auth.
 *
 * Not imitated: `auth reconcile`.
 */
import { asList, asObject, asText, at, type JsonObject } from '#lab/api/json.ts'
import { listRules } from '#lab/kubectl/commands/auth-list.ts'
import { resourceNamed } from '#lab/kubectl/discovery.ts'
import { bool, text } from '#lab/kubectl/flags.ts'
import { objectPrinter, outputFlags } from '#lab/kubectl/print/output.ts'
import { aligned, listTabs } from '#lab/kubectl/print/tab-writer.ts'
import type { Command, Run } from '#lab/kubectl/run.ts'
import { Exit, KubectlError } from '#lab/kubectl/trouble.ts'

export const canI: Command = {
  name: 'auth can-i',
  flags: [
    bool('all-namespaces', 'A'),
    bool('quiet', 'q'),
    text('subresource'),
    bool('list'),
    bool('no-headers'),
  ],
  run: async (run) => {
    const { flags, args } = run
    if (flags.on('list')) return listRules(run)
    const [verb = '', what = ''] = args
    if (args.length !== 2)
      throw new KubectlError(
        "you must specify two arguments: verb resource or verb resource/resourceName.\nSee 'kubectl auth can-i -h' for help and examples.",
      )
    const spec = what.startsWith('/')
      ? { nonResourceAttributes: { verb, path: what } }
      : { resourceAttributes: await attributes(run, verb, what) }
    const { allowed, reason, evaluationError } = await review(run, spec)
    const whys = [reason, evaluationError].filter((why) => why !== undefined && why !== '')
    if (!flags.on('quiet')) run.print(allowed ? 'yes' : ['no', ...whys].join(' - '))
    if (!allowed) throw new Exit(1)
  },
}

const known = [
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
  'use',
  'bind',
  'impersonate',
  '*',
  'approve',
  'sign',
  'escalate',
  'attest',
]

async function attributes(run: Run, verb: string, what: string) {
  const { flags, namespace } = run
  const [word = '', name] = what.split('/')
  const discovery = await run.discovery()
  let resource = { group: '', resource: word, namespaced: true }
  try {
    if (word !== '*') resource = resourceNamed(discovery, word)
  } catch (error) {
    if (!(error instanceof KubectlError)) throw error
    run.complain(`Warning: the server doesn't have a resource type '${word}'\n`)
  }
  if (!resource.namespaced && !flags.on('all-namespaces')) {
    const inGroup = resource.group === '' ? '' : ` in group '${resource.group}'`
    run.complain(`Warning: resource '${resource.resource}' is not namespace scoped${inGroup}\n`)
  }
  if (!known.includes(verb)) run.complain(`Warning: verb '${verb}' is not a known verb\n`)
  return {
    ...(flags.on('all-namespaces') ? {} : { namespace }),
    verb,
    group: resource.group,
    resource: resource.resource,
    ...(flags.has('subresource') ? { subresource: flags.text('subresource') } : {}),
    ...(name === undefined ? {} : { name }),
  }
}

async function review(run: Run, spec: object) {
  const answer = await run.client.json('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
    method: 'POST',
    body: JSON.stringify({ kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1', spec }),
  })
  const status = asObject(answer['status'])
  return {
    allowed: status['allowed'] === true,
    reason: asText(status['reason']),
    evaluationError: asText(status['evaluationError']),
  }
}

export const whoAmI: Command = {
  name: 'auth whoami',
  flags: outputFlags,
  run: async (run) => {
    const answer = await selfReview(run)
    const print = objectPrinter(run.flags)
    if (print !== undefined) {
      run.ports.stdout.write(print(answer))
      return
    }
    const info = asObject(at(answer, 'status.userInfo'))
    const extra = asObject(info['extra'])
    const listed = (values: unknown): string => `[${asList(values).join(' ')}]`
    const rows = [
      ['Username', asText(info['username']) ?? ''],
      ['UID', asText(info['uid']) ?? ''],
      ['Groups', info['groups'] === undefined ? '' : listed(info['groups'])],
      ...Object.keys(extra)
        .sort()
        .map((key) => [`Extra: ${key}`, listed(extra[key])]),
    ].filter(([, value]) => value !== '')
    const lines = aligned(['ATTRIBUTE\tVALUE', ...rows.map((row) => row.join('\t'))], listTabs)
    for (const line of lines) run.print(line)
  },
}

/** What the server takes the asker for. */
export const selfReview = ({ client }: Run): Promise<JsonObject> =>
  client.json('/apis/authentication.k8s.io/v1/selfsubjectreviews', {
    method: 'POST',
    body: JSON.stringify({ kind: 'SelfSubjectReview', apiVersion: 'authentication.k8s.io/v1' }),
  })
