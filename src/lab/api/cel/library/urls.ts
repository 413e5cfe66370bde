/** URLs: staging:apiserver/pkg/cel/library/urls.go. They are absolute, or absolute paths, as Go's url.ParseRequestURI wants them. */
import type { Environment } from '@marcbachmann/cel-js'
import { fail } from '#lab/api/cel/failure.ts'

class Url {
  readonly scheme: string
  readonly host: string
  readonly path: string
  readonly query: string

  constructor(text: string) {
    const [, scheme = '', rest = ''] = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(.*)$/s.exec(text) ?? []
    const [, authority, path = '', , query = ''] = /^(?:\/\/([^/?]*))?([^?]*)(\?(.*))?$/s.exec(rest) ?? []
    this.scheme = scheme.toLowerCase()
    this.host = (authority ?? '').replace(/^.*@/, '')
    this.path = path
    this.query = query
  }

  get hostname(): string {
    return this.host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1')
  }

  get port(): string {
    return /:(\d*)$/.exec(this.host.replace(/^\[.*\]/, ''))?.[1] ?? ''
  }

  /** By name, sorted, as CEL's maps of lists. */
  get queries(): Record<string, string[]> {
    const all: Record<string, string[]> = {}
    for (const [name, value] of new URLSearchParams(this.query)) all[name] = [...(all[name] ?? []), value]
    return all
  }
}

const isUrl = (text: string): boolean => {
  if (text === '' || /[\u0000-\u001f\u007f]/.test(text)) return false
  if (/%(?![0-9a-fA-F]{2})/.test(text.replace(/\?.*$/s, ''))) return false
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(text)) return !/[ <>"]/.test(new Url(text).host)
  return text.startsWith('/')
}

function url(text: string): Url {
  if (!isUrl(text))
    return fail(
      `URL parse error during conversion from string: parse ${JSON.stringify(text)}: invalid URI for request`,
    )
  return new Url(text)
}

export function registerUrls(environment: Environment): void {
  environment
    .registerType('kubernetes.URL', Url)
    .registerFunction('url(string): kubernetes.URL', url)
    .registerFunction('isURL(string): bool', isUrl)
    .registerFunction('kubernetes.URL.getScheme(): string', ({ scheme }: Url) => scheme)
    .registerFunction('kubernetes.URL.getHost(): string', ({ host }: Url) => host)
    .registerFunction('kubernetes.URL.getHostname(): string', ({ hostname }: Url) => hostname)
    .registerFunction('kubernetes.URL.getPort(): string', ({ port }: Url) => port)
    .registerFunction('kubernetes.URL.getEscapedPath(): string', ({ path }: Url) =>
      encodeURI(decodeURI(path)),
    )
    .registerFunction('kubernetes.URL.getQuery(): map<string, list<string>>', ({ queries }: Url) => queries)
    .registerOperator(
      'kubernetes.URL == kubernetes.URL',
      (a: Url, b: Url) =>
        a.scheme === b.scheme && a.host === b.host && a.path === b.path && a.query === b.query,
    )
}
