/**
 * The registry and name server of the data centre: what clusters without a way to the internet pull from. It answers for every
 * registry whose images it holds, under their own names, as a mirror behind a split DNS does. Where clusters have a way to the
 * internet, it is the world's registries there as well, by another interface.
 *
 * `/etc/registry/policy.json` says what it refuses, by the beginning of the image's full name; it is read at each request:
 *
 *     { "rules": [{ "prefix": "docker.io/calico/", "answer": "rate-limited" },
 *                 { "prefix": "icr.io/private/", "answer": "login", "user": "puller", "password": "secret" }] }
 *
 * Not imitated: TLS, tokens (a login is sent with the request), blobs, bandwidth shared by pullers; that at each of its places not
 * all registries are served.
 */
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { untilTerminated } from '#lab/host/process/until-terminated.ts'
import { type DnsAnswer, serveDns } from '#lab/network/dns.ts'
import { type HttpRequest, type HttpResponse, serveHttp } from '#lab/network/http.ts'
import { registryHost } from '#lab/runtime/image-source.ts'
import { type ImageRegistry, imageId } from '#lab/runtime/images.ts'

export const policyPath = '/etc/registry/policy.json'

interface Rule {
  readonly prefix: string
  readonly answer: 'rate-limited' | 'login' | 'forbidden' | 'unavailable' | 'gone'
  readonly user?: string
  readonly password?: string
}

/** `addressOf`: what a registry's name resolves to. */
export const registryProgram =
  ({ images, addressOf }: RegistryOptions): Program =>
  async (p) => {
    const hosts = new Set(images.hosts().map((host) => registryHost({ host })))
    await serveDns(p, { port: 53 }, (name) =>
      hosts.has(name) ? { rcode: 'NOERROR', addresses: [addressOf(name)] } : unknown,
    )
    await serveHttp(p, { port: 443 }, (request) => (self) => answer(self, images, request))
    return untilTerminated(p)
  }

interface RegistryOptions {
  readonly images: ImageRegistry
  addressOf(host: string): string
}

const unknown: DnsAnswer = { rcode: 'NXDOMAIN', addresses: [] }

async function answer(self: Process, images: ImageRegistry, request: HttpRequest): Promise<HttpResponse> {
  const match = /^\/v2\/(.+)\/manifests\/([^/]+)$/.exec(request.path)
  if (match === null) return { status: 404, body: '404 page not found\n' }
  const [, repository = '', tag = ''] = match
  const name = images.named({ host: request.host.replace(/:443$/, ''), repository, tag })
  const rule = (await rules(self)).find(({ prefix }) => name.startsWith(prefix))
  const refusal = rule === undefined ? undefined : refusalOf(rule, request)
  if (refusal !== undefined) return refusal
  if (images.find(name) !== undefined) return { status: 200, body: imageId(name) }
  // Docker Hub does not tell who may not know whether there is such a repository.
  const hidden = name.startsWith('docker.io/') && !images.has(name.replace(/[:@][^/]*$/, ''))
  return { status: hidden ? 401 : 404, body: '' }
}

function refusalOf(rule: Rule, { headers }: HttpRequest): HttpResponse | undefined {
  switch (rule.answer) {
    case 'rate-limited':
      return { status: 429, body: rateLimited }
    case 'forbidden':
      return { status: 403, body: '' }
    case 'unavailable':
      return { status: 503, body: '' }
    case 'gone':
      return { status: 404, body: '' }
    case 'login': {
      const wanted = Buffer.from(`${rule.user}:${rule.password}`).toString('base64')
      return headers.authorization === `Basic ${wanted}` ? undefined : { status: 401, body: '' }
    }
  }
}

const rateLimited =
  'You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit'

async function rules(self: Process): Promise<readonly Rule[]> {
  try {
    const policy = JSON.parse(await self.files.read(policyPath)) as { readonly rules?: readonly Rule[] } // its owner's file
    return policy.rules ?? []
  } catch (error) {
    // Without a policy, or with one that nobody can read, everything is served.
    if (isErrno(error) || error instanceof SyntaxError) return []
    throw error
  }
}
