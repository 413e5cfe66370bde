import { isSurelyHosts, parseHosts, parseResolver } from '#sources/formats/host/name-files.ts'
import { isBlank } from '#sources/text/lines.ts'
import { promptScope } from '#sources/text/prompt.ts'
import type { Scope } from '#sources/text/reader.ts'
import { isInPod, lineReader, ofNode, type Told } from '#sources/text/readers/host/line-reader.ts'

/** /etc/hosts, also single lines of it. A whole file without `localhost` tells that name with an empty value. */
export const hostsReader = lineReader({
  format: 'names in /etc/hosts',
  relations: ['settings'],
  spansBlanks: true,
  open: (scope) => {
    const isShown = scope.path === '/etc/hosts'
    let isSure = isShown
    let hasLocalhost = false
    return {
      line: (text) => {
        if (isSure && /^\s*#/.test(text)) return []
        const entries = parseHosts(text)
        if (entries === undefined) return undefined
        isSure ||= isSurelyHosts(entries)
        if (!isSure) return undefined
        hasLocalhost ||= entries.some(({ name }) => name === 'localhost')
        return entries.map(({ name, address }) => hostsTold(name, address, scope))
      },
      end: (next) =>
        isShown && isWhole(scope) && !hasLocalhost && isEnd(next) ? [hostsTold('localhost', '', scope)] : [],
    }
  },
})

/** Nothing between the command and us chose lines. */
const isWhole = ({ command }: Scope): boolean =>
  /\bcat\b/.test(command ?? '') && !/[|]|grep/.test(command ?? '')

const isEnd = (next: string | undefined): boolean =>
  next === undefined || isBlank(next) || promptScope(next) !== undefined

const hostsTold = (name: string, value: string, scope: Scope): Told => ({
  relation: 'settings',
  row: { of: 'hosts', in: `${podPrefix(scope)}/etc/hosts`, name, value, ...ofNode(scope) },
})

/** resolv.conf, of a host or, with the pod before the path, of a pod. */
export const resolverReader = lineReader({
  format: 'resolv.conf',
  relations: ['settings'],
  open: (scope) => {
    let isOpen = scope.path?.endsWith('resolv.conf') === true
    return {
      line: (text) => {
        if (isOpen && /^\s*[#;]/.test(text)) return []
        const found = parseResolver(text)
        if (found === undefined) return undefined
        isOpen = true
        const path = scope.path?.endsWith('resolv.conf') ? scope.path : '/etc/resolv.conf'
        return [
          {
            relation: 'settings',
            row: { of: 'resolv.conf', in: `${podPrefix(scope)}${path}`, ...found, ...ofNode(scope) },
          },
        ]
      },
    }
  },
})

const podPrefix = (scope: Scope): string => (isInPod(scope) ? `pod/${scope.pod?.name ?? ''}:` : '')
