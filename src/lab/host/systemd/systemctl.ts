import { utc } from '#base/clock.ts'
import { readable } from '#lab/host/os/readable.ts'
import type { Process, Program } from '#lab/host/ports.ts'
import { ask } from '#lab/host/systemd/client.ts'
import type { Refused, Reply, UnitReport, Verb } from '#lab/host/systemd/control.ts'
import { edit, revert } from '#lab/host/systemd/edit.ts'
import { disable, enable, isEnabled, mask, unmask } from '#lab/host/systemd/install.ts'
import { journalLines } from '#lab/host/systemd/journalctl.ts'
import { listFiles, listTimers, show, systemState } from '#lab/host/systemd/systemctl-show.ts'
import { loadUnit } from '#lab/host/systemd/unit.ts'

const complain = (p: Process, text: string, code = 1): number => {
  p.stderr.write(`${text}\n`)
  return code
}

/** `kubelet` means `kubelet.service`. */
const fullName = (name: string): string => (/\.(service|timer|target)$/.test(name) ? name : `${name}.service`)

/** systemctl(1). Not imitated: `set-property`, `list-dependencies`, patterns, `--user`, `--root`, a pager. */
export const systemctl: Program = async (p) => {
  const words = p.argv.slice(1)
  const now = words.includes('--now')
  const quiet = words.includes('-q') || words.includes('--quiet')
  const value = (name: RegExp): string | undefined => optionValue(words, name)
  const [verb = 'list-units', ...names] = plainWords(words)
  const units = names.map(fullName)
  switch (verb) {
    case 'start':
    case 'stop':
    case 'restart':
    case 'try-restart':
    case 'reload':
    case 'reset-failed':
      return change(p, verb, units)
    case 'condrestart':
      return change(p, 'try-restart', units)
    case 'reload-or-restart':
      return reloadOrRestart(p, units)
    case 'kill':
      return change(p, 'kill', units, value(/^(-s|--signal)$/))
    case 'mask':
    case 'unmask': {
      for (const unit of units) {
        const code = await (verb === 'mask' ? mask(p, unit) : unmask(p, unit))
        if (code !== 0) return code
      }
      await ask(p, { verb: 'daemon-reload', units: [] })
      return now && verb === 'mask' ? change(p, 'stop', units) : 0
    }
    case 'show':
      return show(p, units, value(/^(-p|--property|-P)$/), words.includes('--value') || words.includes('-P'))
    case 'is-system-running':
      return systemState(p)
    case 'list-timers':
      return listTimers(p)
    case 'get-default':
      p.stdout.write('multi-user.target\n')
      return 0
    case 'daemon-reexec':
      return change(p, 'daemon-reload', [])
    case 'daemon-reload':
    case 'reboot':
    case 'poweroff':
      return change(p, verb, [])
    case 'enable':
    case 'disable': {
      for (const unit of units) {
        const code = await (verb === 'enable' ? enable(p, unit) : disable(p, unit))
        if (code !== 0) return code
      }
      await ask(p, { verb: 'daemon-reload', units: [] })
      return now ? change(p, verb === 'enable' ? 'start' : 'stop', units) : 0
    }
    case 'edit':
    case 'revert': {
      const edits = {
        stdin: words.includes('--stdin'),
        full: words.includes('--full') || words.includes('-l'),
        dropIn: `${(value(/^--drop-in$/) ?? 'override').replace(/\.conf$/, '')}.conf`,
      }
      for (const unit of units) {
        const code = await (verb === 'edit' ? edit(p, unit, edits) : revert(p, unit))
        if (code !== 0) return code
      }
      return change(p, 'daemon-reload', [])
    }
    case 'is-active':
    case 'is-failed':
      return isState(p, { verb, units, quiet })
    case 'is-enabled':
      return enabledState(p, { units, quiet })
    case 'status':
      return status(p, units)
    case 'cat':
      return showFiles(p, units)
    case 'list-unit-files':
      return listFiles(p, units)
    case 'list-units':
      return listUnits(p, words.includes('--all') || words.includes('-a'), words.includes('--failed'))
    default:
      return complain(p, `Unknown command verb ${verb}.`)
  }
}

const takesValue =
  /^(-p|--property|-P|-s|--signal|-n|--lines|-o|--output|-t|--type|--state|--kill-who|--drop-in)$/

/** The words that are neither options nor their values. */
const plainWords = (words: readonly string[]): string[] =>
  words.filter((word, at) => !word.startsWith('-') && !takesValue.test(words[at - 1] ?? ''))

function optionValue(words: readonly string[], name: RegExp): string | undefined {
  for (const [at, word] of words.entries()) {
    const [option = '', value] = word.split('=')
    if (name.test(option)) return value ?? words[at + 1]
    const letter = /^(-[sp])(\w.*)$/.exec(word)
    if (letter !== null && name.test(letter[1] ?? '')) return letter[2]
  }
  return undefined
}

async function reloadOrRestart(p: Process, units: readonly string[]): Promise<number> {
  for (const unit of units) {
    const reloads = ((await loadUnit(p.files, unit))?.execReload.length ?? 0) > 0
    const code = await change(p, reloads ? 'reload' : 'restart', [unit])
    if (code !== 0) return code
  }
  return 0
}

async function change(p: Process, verb: Verb, units: readonly string[], signal?: string): Promise<number> {
  const reply = await ask(p, { verb, units, ...(signal === undefined ? {} : { signal }) })
  if ('trouble' in reply) return complain(p, reply.trouble)
  for (const { unit, why } of reply.failed) p.stderr.write(changeFailure(verb, unit, why))
  const missing = reply.failed.some(({ why }) => why === 'not-found')
  return reply.failed.length === 0 ? 0 : missing ? 5 : 1
}

function changeFailure(verb: Verb, unit: string, why: Refused): string {
  switch (why) {
    case 'not-found':
      return `Failed to ${verb} ${unit}: Unit ${unit} not ${verb === 'stop' ? 'loaded' : 'found'}.\n`
    case 'masked':
      return `Failed to ${verb} ${unit}: Unit ${unit} is masked.\n`
    case 'no-reload':
      return `Failed to reload ${unit}: Job type reload is not applicable for unit ${unit}.\nSee system logs and 'systemctl status ${unit}' for details.\n`
    case 'inactive':
      return `${unit} is not active, cannot reload.\n`
    default:
      return `Job for ${unit} failed because the control process exited with error code.\nSee "systemctl status ${unit}" and "journalctl -xeu ${unit}" for details.\n`
  }
}

async function reportsOf(p: Process, units: readonly string[]): Promise<Reply | number> {
  const reply = await ask(p, { verb: 'status', units })
  return 'trouble' in reply ? complain(p, reply.trouble) : reply
}

async function isState(
  p: Process,
  { verb, units, quiet }: { verb: 'is-active' | 'is-failed'; units: readonly string[]; quiet: boolean },
): Promise<number> {
  const reply = await reportsOf(p, units)
  if (typeof reply === 'number') return reply
  const wanted = verb === 'is-active' ? 'active' : 'failed'
  if (!quiet) for (const { active } of reply.units) p.stdout.write(`${active}\n`)
  if (reply.units.some(({ active }) => active === wanted)) return 0
  return verb === 'is-active' ? 3 : 1
}

async function enabledState(
  p: Process,
  { units, quiet }: { units: readonly string[]; quiet: boolean },
): Promise<number> {
  let code = 1
  for (const unit of units) {
    const state = await isEnabled(p.files, unit)
    if (state === undefined) {
      p.stderr.write(`Failed to get unit file state for ${unit}: No such file or directory\n`)
      continue
    }
    if (!quiet) p.stdout.write(`${state}\n`)
    if (state !== 'disabled' && state !== 'masked') code = 0
  }
  return code
}

async function status(p: Process, units: readonly string[]): Promise<number> {
  const reply = await reportsOf(p, units)
  if (typeof reply === 'number') return reply
  let code = 0
  for (const [at, unit] of reply.units.entries()) {
    if (!unit.found) {
      p.stderr.write(`Unit ${unit.name} could not be found.\n`)
      code = 4
      continue
    }
    if (at > 0) p.stdout.write('\n')
    p.stdout.write(await statusText(p, unit))
    if (unit.active !== 'active' && code === 0) code = 3
  }
  return code
}

async function statusText(p: Process, unit: UnitReport): Promise<string> {
  const dot = unit.active === 'active' ? '●' : unit.active === 'failed' ? '×' : '○'
  const enabled = (await isEnabled(p.files, unit.name)) ?? 'static'
  const lines = [
    `${dot} ${unit.name} - ${unit.description}`,
    unit.masked
      ? `     Loaded: masked (Reason: Unit ${unit.name} is masked.)`
      : `     Loaded: loaded (${unit.path}; ${enabled}; vendor preset: enabled)`,
    ...dropInLines(unit.dropIns),
    `     Active: ${activeText(p, unit)}`,
  ]
  if (unit.main === undefined && unit.lastExit !== undefined) lines.push(`    Process: ${unit.lastExit}`)
  if (unit.main !== undefined) lines.push(`   Main PID: ${unit.main.pid} (${commandName(unit.main.command)})`)
  if (unit.processes.length > 0) lines.push(`     CGroup: /system.slice/${unit.name}`, ...groupLines(unit))
  const journal = await journalLines(p, { units: [unit.name], limit: 10 })
  return `${lines.join('\n')}\n${journal.length === 0 ? '' : `\n${journal.join('\n')}\n`}`
}

const commandName = (command: string): string => command.split(' ')[0]?.split('/').at(-1) ?? ''

function dropInLines(paths: readonly string[]): string[] {
  const first = paths[0]
  if (first === undefined) return []
  const folder = first.slice(0, first.lastIndexOf('/'))
  return [
    `    Drop-In: ${folder}`,
    `             └─${paths.map((path) => path.split('/').at(-1)).join(', ')}`,
  ]
}

const groupLines = ({ processes }: UnitReport): string[] =>
  processes.map(
    ({ pid, command }, at) => `             ${at === processes.length - 1 ? '└─' : '├─'}${pid} ${command}`,
  )

function activeText(p: Process, unit: UnitReport): string {
  const result = unit.result === 'success' ? '' : ` (Result: ${unit.result})`
  const state = unit.active === 'failed' ? `failed${result}` : `${unit.active} (${unit.sub})${result}`
  if (unit.sinceMs === 0) return state
  const { date, time, weekday } = utc(unit.sinceMs)
  return `${state} since ${weekday} ${date} ${time.slice(0, 8)} UTC; ${agoText(p.now() - unit.sinceMs)} ago`
}

function agoText(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}min ${seconds % 60}s`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h ${Math.floor((seconds % 3600) / 60)}min`
  return `${Math.floor(seconds / 86_400)} days`
}

async function showFiles(p: Process, units: readonly string[]): Promise<number> {
  for (const name of units) {
    const unit = await loadUnit(p.files, name)
    if (unit === undefined) return complain(p, `No files found for ${name}.`)
    const texts: string[] = []
    for (const path of [unit.path, ...unit.dropIns])
      texts.push(`# ${path}\n${(await readable(p.files, path)) ?? ''}`)
    p.stdout.write(texts.join('\n'))
  }
  return 0
}

async function listUnits(p: Process, all: boolean, onlyFailed: boolean): Promise<number> {
  const reply = await ask(p, { verb: 'list', units: [] })
  if ('trouble' in reply) return complain(p, reply.trouble)
  const shown = reply.units.filter(({ active }) =>
    onlyFailed ? active === 'failed' : all || active !== 'inactive',
  )
  const width = Math.max(4, ...shown.map(({ name }) => name.length))
  p.stdout.write(`  ${'UNIT'.padEnd(width)} LOAD   ACTIVE     SUB          DESCRIPTION\n`)
  for (const { name, active, sub, description } of shown)
    p.stdout.write(
      `${active === 'failed' ? '●' : ' '} ${name.padEnd(width)} loaded ${active.padEnd(10)} ${sub.padEnd(12)} ${description}\n`,
    )
  const legend = onlyFailed
    ? ''
    : `\nLOAD   = Reflects whether the unit definition was properly loaded.
ACTIVE = The high-level unit activation state, i.e. generalization of SUB.
SUB    = The low-level unit activation state, values depend on unit type.`
  p.stdout.write(
    `${legend}\n${shown.length} loaded units listed.${onlyFailed || all ? '' : " Pass --all to see loaded but inactive units, too.\nTo show all installed unit files use 'systemctl list-unit-files'."}\n`,
  )
  return 0
}
