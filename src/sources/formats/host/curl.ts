import { outcomeOf, portNumber, type Reach, type Target } from '#sources/formats/host/reach.ts'

/**
 * A line of curl or wget (GNU, busybox), `-v` or not.
 *
 * @param target of the command's URL, for lines that name none
 * @see curl/curl:lib/connect.c, lib/vtls; mirror/busybox:networking/wget.c; gnu wget (connect.c)
 */
export function parseCurl(line: string, target: Target | undefined): Reach | undefined {
  const text = line.trim()
  return curlFailed(text, target) ?? connected(text) ?? answered(text, target) ?? wgetFailed(text, target)
}

const curlError = /^curl: \((?<code>\d{1,2})\) (?<words>.{3,400})$/
const failedHost =
  /(?:Failed|failed|connect) (?:to connect )?to (?<to>[\w.:-]{2,253}?) port (?<port>\d{1,5})(?: after (?<ms>\d{1,9}) ms)?(?: failed)?: (?<words>.{3,160})$/

function curlFailed(text: string, target: Target | undefined): Reach | undefined {
  const error = curlError.exec(text)?.groups
  const said = failedHost.exec(error?.words ?? (text.startsWith('* ') ? text : ''))?.groups
  if (said?.to !== undefined)
    return {
      to: said.to,
      ...portNumber(said.port),
      protocol: 'tcp',
      outcome: outcomeOf(said.words ?? '') ?? byTime(Number(said.ms ?? 0)),
    }
  const unknown = /(?:Could not|Couldn't) resolve host: (?<name>[\w.-]{1,253})/.exec(error?.words ?? '')
  if (unknown?.groups?.name !== undefined)
    return { to: unknown.groups.name, protocol: 'dns', outcome: 'name-unknown' }
  const outcome = codes.get(error?.code ?? '') ?? outcomeOf(error?.words ?? '')
  if (error === undefined || target === undefined || outcome === undefined) return undefined
  return { ...target, protocol: 'http', outcome }
}

/** "Couldn't connect to server": a refusal comes at once, a missing ARP answer after three seconds, silence later. */
const byTime = (ms: number): Reach['outcome'] =>
  ms < 1500 ? 'refused' : ms < 10_000 ? 'no-route' : 'timed-out'

const codes: ReadonlyMap<string, Reach['outcome']> = new Map([
  ['28', 'timed-out'],
  ['35', 'tls-failed'],
  ['51', 'tls-failed'],
  ['52', 'reset'],
  ['60', 'tls-failed'],
])

/** `* Connected to web (10.0.0.1) port 443 (#0)`, `Connecting to 10.0.0.1:443... connected.` */
function connected(text: string): Reach | undefined {
  const m =
    /^\* Connected to (?<to>[\w.:-]{2,253}) \([\w.:-]{2,60}\) port (?<port>\d{1,5})/.exec(text)?.groups ??
    /^Connecting to (?<to>[\w.-]{2,253})(?: \([^)]{2,60}\))?(?:\|[\da-fA-F:.]{2,45}\|)?:(?<port>\d{1,5})\.\.\. (?:(?<ok>connected)\.|failed: (?<words>.{3,80}))/.exec(
      text,
    )?.groups
  if (m?.to === undefined) return undefined
  const outcome = m.words === undefined ? 'ok' : outcomeOf(m.words)
  return outcome === undefined ? undefined : { to: m.to, ...portNumber(m.port), protocol: 'tcp', outcome }
}

/** Whatever the status: somebody at the other end answered. */
function answered(text: string, target: Target | undefined): Reach | undefined {
  const isAnswer =
    /^(?:< )?HTTP\/\d(?:\.\d)? \d{3}\b|^wget: server returned error: HTTP|^HTTP request sent, awaiting response\.\.\. \d{3}/.test(
      text,
    )
  return isAnswer && target !== undefined ? { ...target, protocol: 'http', outcome: 'ok' } : undefined
}

function wgetFailed(text: string, target: Target | undefined): Reach | undefined {
  if (!text.startsWith('wget: ')) return undefined
  const m =
    /^wget: can't connect to remote host \((?<to>[\da-fA-F:.]{3,45})\): (?<words>.{3,80})$/.exec(text)
      ?.groups ??
    /^wget: (?:bad address|unable to resolve host address) ['‘](?<name>[\w.:-]{1,253})['’]$/.exec(text)
      ?.groups ??
    /^wget: (?<words>download timed out|error getting response.{0,60}|.{0,60}Connection reset by peer)$/.exec(
      text,
    )?.groups
  if (m?.name !== undefined) return { to: m.name, protocol: 'dns', outcome: 'name-unknown' }
  const outcome = outcomeOf(m?.words ?? '')
  if (m === undefined || outcome === undefined) return undefined
  if (m.to !== undefined)
    return { to: m.to, ...(target?.port !== undefined && { port: target.port }), protocol: 'tcp', outcome }
  return target === undefined ? undefined : { ...target, protocol: 'http', outcome }
}
