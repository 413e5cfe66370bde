import type { EndpointsRow, ServiceRow } from '#cluster/relations.ts'
import { type Description, fieldOf, linesOf } from '#sources/text/readers/description.ts'
import { listOf } from '#sources/text/readers/table-kinds.ts'

/** @see kubernetes/kubectl:pkg/describe/describe.go (describeService) */
export function describedService(description: Description, name: string): ServiceRow {
  const clusterIp = fieldOf(description, 'IP')
  const type = fieldOf(description, 'Type')
  const ports = every(description, 'Port').flatMap((text) => /(\d{1,5}\/[A-Z]{3,4})$/.exec(text)?.[1] ?? [])
  return {
    namespace: fieldOf(description, 'Namespace') ?? '',
    name,
    ...(clusterIp !== undefined && { clusterIp }),
    ...(type !== undefined && { type }),
    ...(ports.length > 0 && { ports }),
  }
}

/** Undefined where the description was cut off before it. */
export function endpointsOfService(description: Description, name: string): EndpointsRow | undefined {
  const lines = every(description, 'Endpoints')
  if (lines.length === 0) return undefined
  const namespace = fieldOf(description, 'Namespace') ?? ''
  return { namespace, name, addresses: [...new Set(lines.flatMap(listOf))], seenBy: 'api' }
}

/** Values of a key that stands there once for each port. */
function every({ source, at, lines }: Description, key: string): readonly string[] {
  const start = `${key}:`
  return source.lines
    .slice(at, at + lines)
    .filter(({ text }) => text.startsWith(start))
    .map(({ text }) => text.slice(start.length).trim())
}

/** @see kubernetes/kubectl:pkg/describe/describe.go (describeEndpoints) */
export function describedEndpoints(description: Description, name: string): EndpointsRow {
  const lines = linesOf(description, 'Subsets').map(({ text }) => text)
  const [port] = lines.flatMap((text) => /^\s+\S+\s+(\d{1,5})\s+[A-Z]{3,4}$/.exec(text)?.[1] ?? [])
  const of = (key: string): readonly string[] =>
    lines
      .filter((text) => text.trimStart().startsWith(`${key}:`))
      .flatMap((text) => listOf(text.slice(text.indexOf(':') + 1).trim()))
      .map((address) => withPort(address, port))
  const notReady = of('NotReadyAddresses')
  return {
    namespace: fieldOf(description, 'Namespace') ?? '',
    name,
    addresses: of('Addresses'),
    ...(notReady.length > 0 && { notReady }),
    seenBy: 'api',
  }
}

const withPort = (address: string, port: string | undefined): string =>
  port === undefined ? address : address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
