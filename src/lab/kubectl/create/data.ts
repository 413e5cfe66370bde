/** `kubectl create namespace|configmap|secret|serviceaccount|priorityclass|quota|token`. */
import { asObject, asText, type JsonObject } from '#lab/api/json.ts'
import { type Generator, generated, given, pairs } from '#lab/kubectl/create/generator.ts'
import { bool, duration, int, list, text, texts } from '#lab/kubectl/flags.ts'
import { NoFile } from '#lab/kubectl/ports.ts'
import { objectPrinter, outputFlags } from '#lab/kubectl/print/output.ts'
import type { Command, Run } from '#lab/kubectl/run.ts'
import { KubectlError, StatusError } from '#lab/kubectl/trouble.ts'

const sourceFlags = [texts('from-literal'), texts('from-file'), texts('from-env-file'), bool('append-hash')]

const base64 = (value: string): string => Buffer.from(value).toString('base64')

async function fileText({ ports }: Run, path: string): Promise<string> {
  try {
    return await ports.read(path)
  } catch (error) {
    if (!(error instanceof NoFile)) throw error
    throw new KubectlError(`error reading ${path}: ${error.message}`)
  }
}

/** What `--from-literal`, `--from-file` and `--from-env-file` say. */
async function dataOf(run: Run): Promise<{ readonly [key: string]: string }> {
  const { flags } = run
  const data: Record<string, string> = {}
  const put = (key: string, value: string): void => {
    if (key in data)
      throw new KubectlError(`cannot add key ${JSON.stringify(key)}, another key by that name already exists`)
    data[key] = value
  }
  for (const word of flags.all('from-file')) {
    const at = word.indexOf('=')
    const path = at < 0 ? word : word.slice(at + 1)
    put(at < 0 ? (path.split('/').at(-1) ?? '') : word.slice(0, at), await fileText(run, path))
  }
  for (const word of flags.all('from-literal')) {
    if (!word.includes('=') || word.startsWith('='))
      throw new KubectlError(`invalid literal source ${word}, expected key=value`)
    put(
      word.slice(0, word.indexOf('=')),
      word.slice(word.indexOf('=') + 1).replaceAll(/^(['"])(.*)\1$/g, '$2'),
    )
  }
  for (const path of flags.all('from-env-file'))
    for (const line of (await fileText(run, path)).split('\n'))
      if (/^\s*[^#\s]/.test(line))
        put(line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1))
  return data
}

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

const encoded = (data: { readonly [key: string]: string }): JsonObject | undefined =>
  Object.keys(data).length === 0
    ? undefined
    : Object.fromEntries(Object.entries(data).map(([key, value]) => [key, base64(value)]))

const genericSecret: Generator = {
  name: 'create secret generic',
  flags: [text('type'), ...sourceFlags],
  before: 'failed to create secret ',
  build: async (run, name) =>
    given({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name },
      data: encoded(await dataOf(run)),
      type: run.flags.text('type'),
    }),
}

const tlsSecret: Generator = {
  name: 'create secret tls',
  flags: [text('cert'), text('key'), bool('append-hash')],
  before: 'failed to create secret ',
  build: async (run, name) => {
    const [cert, key] = [run.flags.text('cert'), run.flags.text('key')]
    if (cert === undefined || key === undefined) throw new KubectlError('key and cert must be specified')
    const data = encoded({ 'tls.crt': await fileText(run, cert), 'tls.key': await fileText(run, key) })
    return { apiVersion: 'v1', kind: 'Secret', metadata: { name }, data, type: 'kubernetes.io/tls' }
  },
}

const dockerSecret: Generator = {
  name: 'create secret docker-registry',
  flags: [
    text('docker-server'),
    text('docker-username'),
    text('docker-password'),
    text('docker-email'),
    bool('append-hash'),
  ],
  before: 'failed to create secret ',
  build: ({ flags }, name) => {
    const [username, password] = [flags.text('docker-username'), flags.text('docker-password')]
    if (username === undefined || password === undefined)
      throw new KubectlError(
        'either --from-file or the combination of --docker-username, --docker-password and --docker-server is required',
      )
    const server = flags.text('docker-server') ?? 'https://index.docker.io/v1/'
    const entry = given({
      username,
      password,
      email: flags.text('docker-email'),
      auth: base64(`${username}:${password}`),
    })
    const data = encoded({ '.dockerconfigjson': JSON.stringify({ auths: { [server]: entry } }) })
    return {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name },
      data,
      type: 'kubernetes.io/dockerconfigjson',
    }
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

export const dataCommands: readonly Command[] = [
  genericSecret,
  tlsSecret,
  dockerSecret,
  namespace,
  configMap,
  serviceAccount,
  priorityClass,
  quota,
]
  .map(generated)
  .concat(token)
