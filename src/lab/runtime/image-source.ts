import type { Process } from '#lab/host/ports.ts'
import { type HttpResponse, httpGet } from '#lab/network/http.ts'
import { goErrno, goLookup, HttpFailure } from '#lab/network/http-failure.ts'
import { CriError } from '#lab/runtime/cri-error.ts'
import { fullImageName, type ImageRegistry, imageId } from '#lab/runtime/images.ts'
import type { Image } from '#lab/runtime/ports.ts'
import { type ImageReference, imageReference } from '#lab/runtime/reference.ts'

/** What a pull secret holds for one registry. */
export interface RegistryLogin {
  readonly host: string
  readonly user: string
  readonly password: string
}

/** Where a runtime gets its images from. `resolve` rejects with CriError when the image is not to be had. */
export interface ImageSource {
  resolve(by: Process, name: string, login: RegistryLogin | undefined): Promise<Image>
}

/** A registry that is in reach of every machine, without a network between: for clusters that test something else. */
export const nearbyRegistry = (images: ImageRegistry): ImageSource => ({
  async resolve(by, name) {
    await by.sleep(resolveMs)
    const image = images.find(name)
    if (image !== undefined) return image
    const full = fullImageName(name)
    throw unresolved(full, `${full}: not found`, 'NotFound')
  },
})

const resolveMs = 400

/**
 * Asks the registry that the image's name says, over the machine's network, in containerd's words
 * (containerd/containerd:core/remotes/docker/resolver.go, authorizer.go, internal/cri/server/images/image_pull.go). What comes back is a digest; the content
 * is found under it in `content`. Not imitated: TLS, mirrors and hosts.toml, proxies, layers that travel one by one.
 */
export const networkRegistry = (content: ImageRegistry): ImageSource => ({
  async resolve(by, name, login) {
    const full = fullImageName(name)
    const reference = imageReference(full)
    const url = `https://${registryHost(reference)}/v2/${reference.repository}/manifests/${reference.tag}`
    const response = await head(by, url, { name: full, login })
    const image = content.find(full)
    if (response.status === 200 && image !== undefined && response.body === imageId(full)) return image
    throw refused(full, { reference, url, response, login })
  },
})

/** Docker Hub's API has another name than its images. */
export const registryHost = ({ host }: Pick<ImageReference, 'host'>): string =>
  host === 'docker.io' ? 'registry-1.docker.io' : host

/** containerd's dialer gives up after 30 seconds. */
const dialTimeoutMs = 30_000

async function head(
  by: Process,
  url: string,
  { name, login }: { readonly name: string; readonly login: RegistryLogin | undefined },
): Promise<HttpResponse> {
  const authorization = login === undefined ? {} : { authorization: `Basic ${encoded(login)}` }
  try {
    return await httpGet(by, url, { method: 'HEAD', headers: authorization, connectTimeoutMs: dialTimeoutMs })
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error
    const code = isDialTimeout(error) ? 'DeadlineExceeded' : 'Unknown'
    throw unresolved(name, `failed to do request: Head "${url}": ${cause(error)}`, code)
  }
}

const encoded = ({ user, password }: RegistryLogin): string =>
  Buffer.from(`${user}:${password}`).toString('base64')

/**
 * To Go that is context.DeadlineExceeded (golang/go:src/net/net.go, errTimeout), which becomes the code of the call
 * (containerd/containerd:pkg/errdefs/grpc.go, ToGRPC). Seen in rancher/rke2#6211, skupperproject/skupper-example-hello-world#14.
 */
const isDialTimeout = ({ timedOut, options }: HttpFailure): boolean => options.stage === 'connect' && timedOut

/** As Go's net package words it under a dialer with a time-out. */
function cause({ timedOut, options }: HttpFailure): string {
  const { stage, lookup, code, address, target } = options
  if (stage === 'resolve')
    return `dial tcp: ${lookup === undefined ? 'lookup failed' : goLookup(target.host, lookup)}`
  if (stage === 'connect')
    return `dial tcp ${address}:${target.port}: ${timedOut ? 'i/o timeout' : `connect: ${goErrno(code)}`}`
  return options.cause === 'closed' ? 'EOF' : goErrno(code)
}

function refused(
  name: string,
  o: {
    readonly reference: ImageReference
    readonly url: string
    readonly response: HttpResponse
    readonly login: RegistryLogin | undefined
  },
): CriError {
  const host = registryHost(o.reference)
  switch (o.response.status) {
    case 401:
      return o.reference.host === 'docker.io' && o.login === undefined
        ? unresolved(
            name,
            `pull access denied, repository does not exist or may require authorization: ${scope}`,
          )
        : unresolved(name, `failed to authorize: ${tokenRefused(host, o.reference, o.login)}`)
    case 429:
      return new CriError(
        'Unknown',
        `failed to pull and unpack image "${name}": failed to copy: httpReadSeeker: failed open: unexpected status code ${o.url}: 429 Too Many Requests - Server message: toomanyrequests: ${o.response.body}`,
      )
    case 200:
    case 404:
      return unresolved(name, `${name}: not found`, 'NotFound')
    default:
      return unresolved(
        name,
        `unexpected status from HEAD request to ${o.url}: ${statusLine(o.response.status)}`,
      )
  }
}

const scope = 'server message: insufficient_scope: authorization failed'

const tokenRefused = (
  host: string,
  { repository }: ImageReference,
  login: RegistryLogin | undefined,
): string => {
  const kind = login === undefined ? 'anonymous' : 'oauth'
  const query = `scope=repository%3A${encodeURIComponent(repository)}%3Apull&service=registry`
  return `failed to fetch ${kind} token: unexpected status from GET request to https://${host}/oauth/token?${query}: 401 Unauthorized`
}

const statusLine = (status: number): string =>
  `${status} ${{ 403: 'Forbidden', 500: 'Internal Server Error', 502: 'Bad Gateway', 503: 'Service Unavailable' }[status] ?? ''}`.trim()

const unresolved = (name: string, why: string, code: CriError['code'] = 'Unknown'): CriError =>
  new CriError(
    code,
    `failed to pull and unpack image "${name}": failed to resolve reference "${name}": ${why}`,
  )
