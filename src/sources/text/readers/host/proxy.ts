import { parseProxy } from '#sources/formats/host/proxy.ts'
import type { Scope } from '#sources/text/reader.ts'
import { argumentsOf, fileOf, lineReader, ofNode } from '#sources/text/readers/host/line-reader.ts'

/** HTTP_PROXY and its kin in environment files, units and shells; `in` holds the file or the unit, where it was named. */
export const proxyReader = lineReader({
  format: 'proxy variables',
  relations: ['settings'],
  open: (scope) => ({
    line: (text) => {
      if (/^\[Service\]$/.test(text)) return isUnitFile(scope) ? [] : undefined
      const found = parseProxy(text)
      if (found === undefined) return undefined
      const where = found.file ?? fileOf(scope) ?? unitOf(scope)
      return found.variables.map((variable) => ({
        relation: 'settings',
        row: { of: 'proxy', ...(where !== undefined && { in: where }), ...variable, ...ofNode(scope) },
      }))
    },
  }),
})

const isUnitFile = ({ path }: Scope): boolean =>
  path !== undefined && /\.(?:service|service\.d\/[\w.-]+|conf)$/.test(path)

/** `systemctl show containerd -p Environment`, `systemctl cat docker`. */
const unitOf = (scope: Scope): string | undefined =>
  argumentsOf(scope, 'systemctl')
    ?.slice(1)
    .find((word) => /^[a-z][\w@.-]{2,60}$/.test(word))
    ?.replace(/\.service$/, '')
