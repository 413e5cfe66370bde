import { failed, ok, type Result } from '#base/result.ts'
import { type Files, isErrno } from '#lab/host/ports.ts'

export const cniConfigDirectory = '/etc/cni/net.d'

/** One plugin of a chain: its type and its whole configuration. */
export interface CniPlugin {
  readonly type: string
  readonly name: string | undefined
  readonly config: Readonly<Record<string, unknown>>
}

export interface CniNetwork {
  readonly name: string
  readonly cniVersion: string
  readonly plugins: readonly CniPlugin[]
}

/**
 * The network that the runtime uses: the lexically first `.conf`, `.conflist` or `.json` file, and only that
 * (containerd/go-cni:cni.go, opts.go `loadFromConfDir`). The error is the text after `Network plugin returns error: `.
 */
export async function loadCniNetwork(files: Files): Promise<Result<CniNetwork, string>> {
  const first = await firstConfigFile(files)
  if (first === undefined) return failed('cni plugin not initialized')
  try {
    const network = parsedNetwork(await files.read(first))
    if (network.plugins.length > 0) return ok(network)
    return failed(loadFailure(first, 'no plugins'))
  } catch (error) {
    return failed(loadFailure(first, error instanceof Error ? error.message : String(error)))
  }
}

async function firstConfigFile(files: Files): Promise<string | undefined> {
  try {
    const entries = await files.list(cniConfigDirectory)
    const first = entries.find(
      ({ name, kind }) => kind !== 'directory' && /\.(conf|conflist|json)$/.test(name),
    )
    return first === undefined ? undefined : `${cniConfigDirectory}/${first.name}`
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

const loadFailure = (file: string, why: string): string =>
  `cni config load failed: failed to load CNI config list file ${file}: error parsing configuration list: ${why}: invalid cni config`

/** The kubelet asks every 5 s; the file seldom changes. */
function parsedNetwork(text: string): CniNetwork {
  const known = networks.get(text)
  if (known !== undefined) return known
  const network = parseNetwork(text)
  if (networks.size > 1000) networks.clear()
  networks.set(text, network)
  return network
}

const networks = new Map<string, CniNetwork>()

function parseNetwork(text: string): CniNetwork {
  const root = record(JSON.parse(text))
  // A `.conf` file is one plugin; it stands for a list of itself.
  const configs = Array.isArray(root.plugins) ? root.plugins.map(record) : [root]
  return {
    name: typeof root.name === 'string' ? root.name : '',
    cniVersion: typeof root.cniVersion === 'string' ? root.cniVersion : '0.1.0',
    plugins: configs.map((config) => {
      if (typeof config.type !== 'string') throw new Error("missing 'type'")
      const named = Array.isArray(root.plugins) && typeof config.name === 'string'
      return { type: config.type, name: named ? String(config.name) : undefined, config }
    }),
  }
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('not an object')
  return value as Readonly<Record<string, unknown>> // checked on the line above
}
