import { outcomeOf, type Reach } from '#sources/formats/host/reach.ts'

export interface ResolverLines {
  /** `[]` for a line that belongs to the output; undefined for anything else. */
  readonly line: (text: string) => readonly Reach[] | undefined
}

/**
 * Lines of dig, nslookup (BIND, busybox) and host: servers that answer or do not, names that there are not.
 *
 * @param asked the words of the command behind the tool
 * @see isc-projects/bind9:bin/dig/dighost.c; mirror/busybox:networking/nslookup.c
 */
export function resolverLines(asked: readonly string[] | undefined): ResolverLines {
  let server = asked?.find((word) => /^@[\da-zA-Z]/.test(word))?.slice(1)
  const name = asked?.find(
    (word) => /^[a-z0-9][\w.-]{1,253}$/i.test(word) && !/^(?:A|AAAA|SRV|TXT|PTR|ANY|MX|NS)$/.test(word),
  )
  let status = ''
  let isOpen = asked !== undefined
  const dns = (to: string | undefined, outcome: Reach['outcome']): readonly Reach[] =>
    to === undefined ? [] : [{ to, protocol: 'dns', outcome }]
  return {
    line: (text) => {
      const failed = serverFailed(text)
      if (failed !== undefined) return dns(failed.server, failed.outcome)
      if (noServers.test(text)) return dns(server ?? name, 'timed-out')
      const unknown = unknownName(text)
      if (unknown !== undefined) return dns(unknown, 'name-unknown')
      const header = /^;; ->>HEADER<<- opcode: \w+, status: (?<status>[A-Z]+),/.exec(text)?.groups?.status
      const own =
        /^(?:;; SERVER: |Server:\s{1,20})(?<server>[\da-fA-F:.]{3,45}?)(?:#\d{1,5}\(.{1,80}\))?$/.exec(text)
      if (header !== undefined || own !== null) {
        isOpen = true
        status = header ?? status
        server = own?.groups?.server ?? server
        if (header === 'NXDOMAIN') return dns(name, 'name-unknown')
        return own !== null && text.startsWith(';;') && status !== '' ? dns(server, 'ok') : []
      }
      if (isOpen && /^Name:\s+[\w.-]{1,253}/.test(text)) return dns(server, 'ok')
      return isOpen && isFiller(text) ? [] : undefined
    },
  }
}

const noServers = /^;; (?:connection timed out; no servers could be reached|no servers could be reached)\.?$/

function serverFailed(
  text: string,
): { readonly server: string; readonly outcome: Reach['outcome'] } | undefined {
  const m =
    /^;; (?:communications error to|UDP setup with) (?<server>[\da-fA-F:.]{3,45})#\d{1,5}(?:\([^)]{0,80}\))?(?: for \S{1,253})?(?:: | failed: )(?<words>[a-z].{3,60})$/.exec(
      text,
    )?.groups ??
    /^(?:;; )?nslookup: (?:write to|read from|can't connect to) ['‘](?<server>[\da-fA-F:.]{3,45})['’]: (?<words>.{3,60})$/.exec(
      text,
    )?.groups
  const outcome = outcomeOf(m?.words ?? '')
  return m?.server === undefined || outcome === undefined ? undefined : { server: m.server, outcome }
}

const unknownName = (text: string): string | undefined => {
  const m =
    /^(?:\*\* server can't find (?<bind>[\w.-]{1,253}): (?:NXDOMAIN|SERVFAIL|REFUSED)|nslookup: can't resolve ['‘](?<busybox>[\w.-]{1,253})['’].{0,80}|Host (?<host>[\w.-]{1,253}) not found: .{1,40})$/.exec(
      text,
    )?.groups
  return m?.bind ?? m?.busybox ?? m?.host
}

const isFiller = (text: string): boolean =>
  /^(?:;|Address(?: \d)?:\s|Non-authoritative answer:|\S{1,253}\s+\d{1,9}\s+IN\s)/.test(text)
