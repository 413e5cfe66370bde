/** What this lab's HAProxy reads of its configuration: one frontend and one backend in TCP mode. */
export interface HaproxyConfig {
  readonly bind: { readonly address: string; readonly port: number }
  readonly backend: string
  readonly connectMs: number | undefined
  readonly servers: readonly ServerConfig[]
}

export interface ServerConfig {
  readonly name: string
  readonly address: string
  readonly port: number
  /** Used only while none of the others is up. */
  readonly isBackup: boolean
  /** None: it is taken to be up. */
  readonly check: CheckConfig | undefined
}

export interface CheckConfig {
  /** Between the end of a check and the next one, and how long one may take. */
  readonly interMs: number
  /** So many in a row that succeed bring a server up, so many that fail bring it down. */
  readonly rise: number
  readonly fall: number
}

/** `undefined`: nothing that could be started. */
export function haproxyConfig(text: string): HaproxyConfig | undefined {
  const [, address, port] = /^\s*bind\s+([\d.]+):(\d+)/m.exec(text) ?? []
  if (address === undefined) return undefined
  const [, connect] = /^\s*timeout\s+connect\s+(\S+)/m.exec(text) ?? []
  const servers = [...text.matchAll(/^\s*server\s+(\S+)\s+([\d.]+):(\d+)([^\n]*)$/gm)]
  return {
    bind: { address, port: Number(port) },
    backend: /^\s*backend\s+(\S+)/m.exec(text)?.[1] ?? '',
    connectMs: connect === undefined ? undefined : msOf(connect),
    servers: servers.map(([, name = '', host = '', at = '', options = '']) => ({
      name,
      address: host,
      port: Number(at),
      ...parsedOptions(options.trim().split(/\s+/)),
    })),
  }
}

/** @see https://docs.haproxy.org/2.8/configuration.html#5.2 (inter: 2000 ms, fall: 3, rise: 2) */
function parsedOptions(words: readonly string[]): Pick<ServerConfig, 'isBackup' | 'check'> {
  const option = (name: string, without: string): string => {
    const at = words.indexOf(name)
    return at < 0 ? without : (words[at + 1] ?? without)
  }
  return {
    isBackup: words.includes('backup'),
    check: words.includes('check')
      ? {
          interMs: msOf(option('inter', '2s')),
          rise: Number(option('rise', '2')),
          fall: Number(option('fall', '3')),
        }
      : undefined,
  }
}

/** `5s`, `500ms`, `2000`. */
const msOf = (time: string): number => Number.parseInt(time, 10) * (/\ds$/.test(time) ? 1000 : 1)
