import type { EndpointGatewayRow } from '#cluster/relations.ts'
import type { ReadCoverage, ReadRow } from '#sources/reading.ts'
import { isBlank } from '#sources/text/lines.ts'
import { place, type Reader } from '#sources/text/reader.ts'

/**
 * `ibmcloud is endpoint-gateways`: the list, or that there is none. Under the tool's own first line, which no filter lets through, the
 * list is whole, unless it was asked for one VPC or resource group.
 *
 * @see https://cloud.ibm.com/docs/vpc?topic=vpc-vpc-reference (endpoint-gateways)
 */
export const endpointGatewaysReader: Reader = {
  read(source, at, scope) {
    const isHeaded = heading.test(source.lines[at]?.text ?? '')
    const first = isHeaded ? at + 1 : at
    const text = source.lines[first]?.text ?? ''
    const coverage: ReadCoverage = {
      relation: 'endpointGateways',
      coverage: { kind: isHeaded && isOfAll(scope.command) ? 'complete' : 'partial' },
    }
    if (/^No endpoint gateways? (?:were|was) found\.?\s*$/.test(text))
      return { lines: first + 1 - at, format: 'endpoint gateways', rows: [], covered: [coverage] }
    if (!header.test(text)) return undefined
    const rows: ReadRow[] = []
    let next = first + 1
    for (; next < source.lines.length && !isBlank(source.lines[next]?.text); next++) {
      const row = rowOf(source.lines[next]?.text ?? '')
      if (row === undefined) break
      rows.push({ relation: 'endpointGateways', row, from: place(source, next, scope) })
    }
    return rows.length === 0
      ? undefined
      : { lines: next - at, format: 'endpoint gateways', rows, covered: [coverage] }
  },
}

const heading = /^Listing endpoint gateways\b/
const header = /^ID\s+Name\s.*\bLifecycle state\b/

const isOfAll = (command = ''): boolean =>
  !/\s--?(?:vpc|resource-group|rg|name|lifecycle-state|target)/.test(command)

/** The states stand side by side, whatever is between them and the name. */
const line =
  /^(?<id>[\w-]{4,64})\s+(?<name>[a-z][a-z0-9-]{0,62})\s.*\s(?<health>ok|degraded|faulted|inapplicable)\s+(?<lifecycle>stable|pending|updating|waiting|suspended|failed|deleting)(?:\s|$)/

function rowOf(text: string): EndpointGatewayRow | undefined {
  const m = line.exec(text)?.groups
  return m?.name === undefined || m.health === undefined || m.lifecycle === undefined
    ? undefined
    : { name: m.name, health: m.health, lifecycle: m.lifecycle }
}
