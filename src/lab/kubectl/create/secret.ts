/** `kubectl create secret generic|tls|docker-registry`. */
import type { JsonObject } from '#lab/api/json.ts'
import { dataOf, fileText, sourceFlags } from '#lab/kubectl/create/data-sources.ts'
import { type Generator, generated, given } from '#lab/kubectl/create/generator.ts'
import { bool, text } from '#lab/kubectl/flags.ts'
import type { Command } from '#lab/kubectl/run.ts'
import { KubectlError } from '#lab/kubectl/trouble.ts'

const base64 = (value: string): string => Buffer.from(value).toString('base64')

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

export const secretCommands: readonly Command[] = [genericSecret, tlsSecret, dockerSecret].map(generated)
