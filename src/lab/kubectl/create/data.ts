/** `kubectl create namespace|configmap|serviceaccount|priorityclass|quota|token`. */
import { asObject, asText } from '#lab/api/json.ts'
import { dataOf, sourceFlags } from '#lab/kubectl/create/data-sources.ts'
import { type Generator, generated, given, pairs } from '#lab/kubectl/create/generator.ts'
import { bool, duration, int, list, text, texts } from '#lab/kubectl/flags.ts'
import { objectPrinter, outputFlags } from '#lab/kubectl/print/output.ts'
import type { Command } from '#lab/kubectl/run.ts'
import { KubectlError, StatusError } from '#lab/kubectl/trouble.ts'

const namespace: Generator = {
  name: 'create namespace',
  aliases: ['create ns'],
  flags: [],
  build: (_, name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }),
}

const configMap: Generator = {
  name: 'create configmap',
  aliases: ['create cm'],
  flags: sourceFlags,
  before: 'failed to create configmap: ',
  build: async (run, name) => {
    const data = await dataOf(run)
    return given({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name },
      data: Object.keys(data).length === 0 ? undefined : data,
    })
  },
}

const serviceAccount: Generator = {
  name: 'create serviceaccount',
  aliases: ['create sa'],
  flags: [],
  before: 'failed to create serviceaccount: ',
  build: (_, name) => ({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } }),
}

const priorityClass: Generator = {
  name: 'create priorityclass',
  aliases: ['create pc'],
  flags: [int('value'), bool('global-default'), text('description'), text('preemption-policy')],
  before: 'failed to create priorityclass: ',
  build: ({ flags }, name) => ({
    apiVersion: 'scheduling.k8s.io/v1',
    kind: 'PriorityClass',
    metadata: { name },
    value: flags.int('value') ?? 0,
    globalDefault: flags.on('global-default'),
    description: flags.text('description') ?? '',
    preemptionPolicy: flags.text('preemption-policy') ?? 'PreemptLowerPriority',
  }),
}

const quota: Generator = {
  name: 'create quota',
  aliases: ['create resourcequota'],
  flags: [text('hard'), text('scopes')],
  before: 'failed to create quota: ',
  build: ({ flags }, name) => ({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name },
    spec: given({
      hard: flags.has('hard') ? pairs((flags.text('hard') ?? '').split(',')) : undefined,
      scopes: flags.has('scopes') ? (flags.text('scopes') ?? '').split(',') : undefined,
    }),
  }),
}

const token: Command = {
  name: 'create token',
  flags: [
    texts('audience'),
    duration('duration'),
    text('bound-object-kind'),
    text('bound-object-name'),
    list('bound-object-uid'),
    ...outputFlags,
  ],
  run: async (run) => {
    const { flags, args, namespace: space, ports } = run
    const [name] = args
    if (name === undefined)
      throw new KubectlError(
        `exactly one NAME is required, got 0\nSee 'kubectl create token -h' for help and examples`,
      )
    const kind = flags.text('bound-object-kind')
    const durationMs = flags.duration('duration') ?? 0
    const spec = given({
      audiences: flags.has('audience') ? flags.all('audience') : undefined,
      expirationSeconds: durationMs > 0 ? durationMs / 1000 : undefined,
      boundObjectRef:
        kind === undefined ? undefined : { kind, apiVersion: 'v1', name: flags.text('bound-object-name') },
    })
    const request = { kind: 'TokenRequest', apiVersion: 'authentication.k8s.io/v1', metadata: {}, spec }
    const answer = await run.client
      .json(`/api/v1/namespaces/${space}/serviceaccounts/${name}/token`, {
        method: 'POST',
        body: JSON.stringify(request),
      })
      .catch((error: unknown) => {
        throw error instanceof StatusError
          ? new KubectlError(`failed to create token: ${error.message}`)
          : error
      })
    const print = objectPrinter(flags)
    ports.stdout.write(
      print === undefined ? `${asText(asObject(answer['status'])['token']) ?? ''}\n` : print(answer),
    )
  },
}

export const dataCommands: readonly Command[] = [namespace, configMap, serviceAccount, priorityClass, quota]
  .map(generated)
  .concat(token)
