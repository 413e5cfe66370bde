import { outcomeOf, portNumber, type Reach, type Target } from '#sources/formats/host/reach.ts'

/**
 * A line of nc in its five kinds (OpenBSD, traditional, ncat, busybox, netcat of GNU) or of telnet.
 *
 * @param target the command's, for lines that name none
 * @see openbsd/src:usr.bin/nc/netcat.c; nmap/nmap:ncat/ncat_connect.c; mirror/busybox:networking/nc.c
 */
export function parseNetcat(line: string, target: Target | undefined): Reach | undefined {
  const text = line.trim()
  return succeeded(text) ?? failedTo(text) ?? bracketed(text) ?? named(text) ?? bare(text, target)
}

const protocolOf = (word: string | undefined): 'tcp' | 'udp' => (word === 'udp' ? 'udp' : 'tcp')

/** `Connection to web (10.0.0.1) 443 port [tcp/https] succeeded!`, `10.0.0.1 (10.0.0.1:443) open` */
function succeeded(text: string): Reach | undefined {
  const m =
    /^Connection to (?<to>[\w.:-]{2,253})(?: \([\w.:-]{2,60}\))? (?<port>\d{1,5}) port \[(?<protocol>tcp|udp)\/\S{1,30}\] succeeded!?$/.exec(
      text,
    )?.groups ??
    /^(?<to>[\w.:-]{2,253}) \([\w.:-]{2,60}?:(?<port>\d{1,5})\) open$/.exec(text)?.groups ??
    /^Ncat: Connected to (?<to>[\w.:-]{2,253}):(?<port>\d{1,5})\.$/.exec(text)?.groups
  return m?.to === undefined
    ? undefined
    : { to: m.to, ...portNumber(m.port), protocol: protocolOf(m.protocol), outcome: 'ok' }
}

/** `nc: connect to 10.0.0.1 port 179 (tcp) failed: Connection refused`, `… timed out: Operation now in progress` */
function failedTo(text: string): Reach | undefined {
  const m =
    /^(?:nc|netcat): connect to (?<to>[\w.:-]{2,253})(?: \([\w.:-]{2,60}\))? port (?<port>\d{1,5}) \((?<protocol>tcp|udp)\) (?<words>(?:failed|timed out): .{3,80})$/.exec(
      text,
    )?.groups
  const outcome = outcomeOf(m?.words ?? '')
  return m?.to === undefined || outcome === undefined
    ? undefined
    : { to: m.to, ...portNumber(m.port), protocol: protocolOf(m.protocol), outcome }
}

/** `web [10.0.0.1] 179 (bgp) open`, `(UNKNOWN) [10.0.0.1] 179 (bgp) : Connection refused` */
function bracketed(text: string): Reach | undefined {
  const m =
    /^(?:\(UNKNOWN\)|[\w.-]{1,253}) \[(?<to>[\da-fA-F:.]{3,45})\] (?<port>\d{1,5})(?: \([\w-]{1,30}\))? (?:(?<open>open)|: (?<words>.{3,80}))$/.exec(
      text,
    )?.groups
  const outcome = m?.open === undefined ? outcomeOf(m?.words ?? '') : 'ok'
  return m?.to === undefined || outcome === undefined
    ? undefined
    : { to: m.to, ...portNumber(m.port), protocol: 'tcp', outcome }
}

/** Busybox: `nc: 10.0.0.1 (10.0.0.1:443): Operation timed out`; telnet: `connect to address 10.0.0.1: No route to host`. */
function named(text: string): Reach | undefined {
  const m =
    /^(?:nc|telnet): (?:can't connect to remote host )?\(?(?:(?<name>[\w.-]{2,253}) \()?(?<address>[\da-fA-F:.]{3,45}?)(?::(?<port>\d{1,5}))?\): (?<words>.{3,80})$/.exec(
      text,
    )?.groups ??
    /^telnet: (?:connect to address|Unable to connect to remote host) (?<address>[\da-fA-F:.]{3,45}): (?<words>.{3,80})$/.exec(
      text,
    )?.groups
  const outcome = outcomeOf(m?.words ?? '')
  const to = m?.name ?? m?.address
  return to === undefined || outcome === undefined
    ? undefined
    : { to, ...portNumber(m?.port), protocol: 'tcp', outcome }
}

/** `Ncat: Connection refused.`, `telnet: Unable to connect to remote host: …`, `nc: bad address 'web'` */
function bare(text: string, target: Target | undefined): Reach | undefined {
  const unknown =
    /^(?:nc: bad address ['‘](?<name>[\w.-]{1,253})['’]|(?:nc|telnet): (?:getaddrinfo for host "(?<host>[\w.-]{1,253})" port \d{1,5}|could not resolve (?<third>[\w.-]{1,253})\/\S{1,20}|(?<fourth>[\w.-]{1,253})): (?:Temporary failure in name resolution|Name or service not known|Unknown host).{0,80}$)/.exec(
      text,
    )?.groups
  const name = unknown?.name ?? unknown?.host ?? unknown?.third ?? unknown?.fourth
  if (name !== undefined) return { to: name, protocol: 'dns', outcome: 'name-unknown' }
  const words =
    /^(?:Ncat: (?<ncat>.{3,80})|telnet: Unable to connect to remote host: (?<telnet>.{3,80})|(?<connected>Connected to [\w.:-]{2,253}\.))$/.exec(
      text,
    )?.groups
  const outcome =
    words?.connected === undefined ? outcomeOf(words?.ncat ?? words?.telnet ?? '') : ('ok' as const)
  return words === undefined || target === undefined || outcome === undefined
    ? undefined
    : { ...target, protocol: 'tcp', outcome }
}
