import { utc } from '#base/clock.ts'
import type { Bird } from '#lab/calico/bird/bird.ts'
import { showRoutes } from '#lab/calico/bird/control-routes.ts'
import { matches } from '#lab/calico/bird/prefix.ts'
import type { Protocol } from '#lab/calico/bird/protocols/protocol.ts'

/** What Calico's BIRD calls itself: projectcalico/bird `sysdep/config.h`. */
export const birdVersion = 'v0.3.3+birdv1.6.8'

export const greeting = `0001 BIRD ${birdVersion} ready.\n`

export type Reply = readonly (readonly [code: number, text: string])[]

/**
 * Answers one command of the control socket (`bird:nest/cmds.c`, `bird:nest/cli.c`). `configure` is the daemon's (programs.ts).
 * Not imitated: `show route` with `where` and `filter`, `show memory`, `show symbols`, `eval`, `dump`, `debug`, restricted mode.
 */
export function answer(bird: Bird, line: string): string {
  const words = line.trim().split(/\s+/)
  return encode(reply(bird, words))
}

/** Codes stand before a line when they change; the last line has a space after its code. */
export function encode(lines: Reply): string {
  let last = 0
  return lines
    .map(([code, text], i) => {
      const end = i === lines.length - 1
      const same = code === last && !end
      last = code
      return same ? ` ${text}\n` : `${String(code).padStart(4, '0')}${end ? ' ' : '-'}${text}\n`
    })
    .join('')
}

function reply(bird: Bird, words: readonly string[]): Reply {
  const [verb = '', what = '', ...rest] = words
  if (verb === '') return [[0, '']]
  if (is(verb, 'show', 1)) return show(bird, what, rest)
  if (is(verb, 'disable', 2)) return each(bird, what, (p) => command(bird, p, 'disable'))
  if (is(verb, 'enable', 1)) return each(bird, what, (p) => command(bird, p, 'enable'))
  if (is(verb, 'restart', 5)) return each(bird, what, (p) => command(bird, p, 'restart'))
  if (is(verb, 'down', 2)) return [[7, 'Shutdown requested']]
  return [[9001, 'syntax error']]
}

/** BIRD takes any beginning of a word that is not shorter than what tells it apart. */
const is = (given: string, word: string, atLeast: number): boolean =>
  given.length >= atLeast && word.startsWith(given)

function show(bird: Bird, what: string, rest: readonly string[]): Reply {
  if (is(what, 'protocols', 1)) return showProtocols(bird, rest)
  if (is(what, 'status', 2)) return showStatus(bird)
  if (is(what, 'route', 1)) return showRoutes(bird, rest)
  if (is(what, 'interfaces', 1)) return showInterfaces(bird)
  return [[9001, 'syntax error']]
}

function showStatus(bird: Bird): Reply {
  const recovery = bird.recoveryProgress
  const wait = bird.config.gracefulRestartWaitSeconds
  return [
    [1000, `BIRD ${birdVersion}`],
    [1011, `Router ID is ${bird.config.routerId}`],
    [1011, `Current server time is ${moment(bird.process.now())}`],
    [1011, `Last reboot on ${moment(bird.startedMs)}`],
    [1011, `Last reconfiguration on ${moment(bird.configuredMs)}`],
    ...(recovery
      ? ([
          [24, 'Graceful restart recovery in progress'],
          [24, `  Waiting for ${recovery.waitingFor} protocols to recover`],
          [24, `  Wait timer is ${recovery.leftSeconds}/${wait}`],
        ] as const)
      : []),
    [13, bird.shuttingDown ? 'Shutdown in progress' : 'Daemon is up and running'],
  ]
}

function showProtocols(bird: Bird, rest: readonly string[]): Reply {
  const verbose = rest[0] === 'all'
  const pattern = verbose ? rest[1] : rest[0]
  const chosen = bird.protocols.filter((p) => named(p, pattern))
  if (chosen.length === 0) return pattern === undefined ? [[0, '']] : unknown(pattern)
  const lines: (readonly [number, string])[] = [[2002, 'name     proto    table    state  since       info']]
  for (const protocol of chosen) {
    lines.push([1002, row(bird, protocol)])
    if (verbose) lines.push(...describe(bird, protocol).map((line) => [1006, line] as const))
  }
  return [...lines, [0, '']]
}

function row(bird: Bird, p: Protocol): string {
  const columns = [p.name.padEnd(8), p.title.padEnd(8), 'master  ', p.stateName.padEnd(5)]
  return `${columns.join(' ')}  ${since(bird, p.sinceMs).padEnd(10)}  ${p.info}`
}

function describe(bird: Bird, p: Protocol): readonly string[] {
  const { description, imports, exports } = p.config
  const routes = bird.table.of(p.name)
  const preferred = routes.filter((route) => bird.table.best(route.net) === route).length
  return [
    ...(description === undefined ? [] : [`  Description:    ${description}`]),
    `  Preference:     ${preference[p.config.kind]}`,
    `  Input filter:   ${filterName(imports)}`,
    `  Output filter:  ${filterName(exports)}`,
    ...(p.state === 'down'
      ? []
      : [`  Routes:         ${routes.length} imported, ${p.exportedCount} exported, ${preferred} preferred`]),
    ...p.details(),
    '',
  ]
}

const preference = { direct: 240, static: 200, bgp: 100, kernel: 10, device: 240 } as const

function filterName(filter: Protocol['config']['imports']): string {
  if (filter.kind === 'all') return 'ACCEPT'
  if (filter.kind === 'none') return 'REJECT'
  return filter.kind === 'named' ? filter.name : '(unnamed)'
}

function showInterfaces(bird: Bird): Reply {
  const { net } = bird.process
  const lines = net.links().flatMap((link, i) => [
    [1001, `${link.name} ${link.up ? 'up' : 'down'} (index=${i + 1})`] as const,
    [
      1004,
      `\tMultiAccess Broadcast Multicast Admin${link.up ? 'Up' : 'Down'} Link${link.carrier ? 'Up' : 'Down'} MTU=${link.mtuBytes}`,
    ] as const,
    ...net
      .addresses()
      .filter((address) => address.link === link.name)
      .map(
        (a) =>
          [
            1003,
            `\t${a.address}/${a.prefixLength} (Primary, scope ${a.scope === 'global' ? 'site' : a.scope})`,
          ] as const,
      ),
  ])
  return [...lines, [0, '']]
}

function each(bird: Bird, pattern: string, run: (p: Protocol) => readonly [number, string]): Reply {
  const chosen = bird.protocols.filter((p) => named(p, pattern))
  return chosen.length === 0 ? unknown(pattern) : [...chosen.map(run), [0, '']]
}

function command(bird: Bird, p: Protocol, verb: 'disable' | 'enable' | 'restart'): readonly [number, string] {
  const off = verb !== 'enable'
  if (off && p.disabled) return [8, `${p.name}: already disabled`]
  if (!off && !p.disabled) return [10, `${p.name}: already enabled`]
  bird.log(`${{ disable: 'Disabling', enable: 'Enabling', restart: 'Restarting' }[verb]} protocol ${p.name}`)
  bird.turn(() => {
    p.disabled = off
    p.downReason = verb === 'restart' ? 'command-restart' : 'disable'
    p.rethink()
    if (verb === 'restart') p.disabled = false
  })
  return verb === 'restart' ? [12, `${p.name}: restarted`] : [off ? 9 : 11, `${p.name}: ${verb}d`]
}

const named = (p: Protocol, pattern: string | undefined): boolean =>
  pattern === undefined || pattern === 'all' || matches(pattern.replaceAll('"', ''), p.name)

const unknown = (pattern: string): Reply =>
  pattern.startsWith('"')
    ? [[8003, 'No protocols match']]
    : [[9001, 'syntax error, unexpected CF_SYM_UNDEFINED, expecting CF_SYM_KNOWN or TEXT or ALL']]

function moment(ms: number): string {
  const { date, time } = utc(ms)
  return `${date} ${time.slice(0, 8)}`
}

/** The time of day for what is younger than 20 hours, else the date (`bird:lib/timer.c`). */
export function since(bird: Bird, ms: number): string {
  const young = bird.process.now() - ms < 20 * 3_600_000
  const { date, time } = utc(ms)
  return young ? time.slice(0, 8) : date
}
