/** `kubectl create ingress`. */
import type { JsonObject } from '#lab/api/json.ts'
import { type Generator, generated, given, intOrText, pairs } from '#lab/kubectl/create/generator.ts'
import { text, texts } from '#lab/kubectl/flags.ts'
import { KubectlError } from '#lab/kubectl/trouble.ts'

const ingress: Generator = {
  name: 'create ingress',
  aliases: ['create ing'],
  flags: [text('class'), texts('rule'), text('default-backend'), texts('annotation')],
  before: 'failed to create ingress: ',
  build: ({ flags }, name) => {
    const rules = flags.all('rule')
    const backend = flags.text('default-backend')
    if (backend === undefined && rules.length === 0)
      throw new KubectlError(
        'not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)',
      )
    const annotations = pairs(flags.all('annotation'))
    return {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
      spec: given({
        ingressClassName: flags.text('class'),
        defaultBackend: backend === undefined ? undefined : backendOf(backend),
        rules: rules.length === 0 ? undefined : rulesOf(rules),
        tls: tlsOf(rules),
      }),
    }
  },
}

const backendOf = (word: string): JsonObject => {
  const [name = '', port = ''] = word.split(':')
  const number = intOrText(port)
  return { service: { name, port: typeof number === 'number' ? { number } : { name: number } } }
}

function rulesOf(words: readonly string[]): readonly JsonObject[] {
  const paths = new Map<string, JsonObject[]>()
  for (const word of words) {
    const [, host = '', path = '', target] = /^([^/]*)\/([^=]*)=([^,]+:[^,]+)/.exec(word) ?? []
    if (target === undefined)
      throw new KubectlError(
        `rule ${word} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]`,
      )
    const isPrefix = path.endsWith('*')
    const entry = {
      path: `/${isPrefix ? path.slice(0, -1) : path}`,
      pathType: isPrefix ? 'Prefix' : 'Exact',
      backend: backendOf(target),
    }
    paths.set(host, [...(paths.get(host) ?? []), entry])
  }
  return [...paths].map(([host, list_]) => ({ ...(host === '' ? {} : { host }), http: { paths: list_ } }))
}

function tlsOf(words: readonly string[]): readonly JsonObject[] | undefined {
  const entries = words.flatMap((word) => {
    const [, host = '', secret = ''] = /^([^/]*)\/.*,tls(?:=(.*))?$/.exec(word) ?? []
    if (!/,tls(=|$)/.test(word)) return []
    return [
      given({ hosts: host === '' ? undefined : [host], secretName: secret === '' ? undefined : secret }),
    ]
  })
  return entries.length === 0 ? undefined : entries
}

export const createIngress = generated(ingress)
