import type { UnitRow } from '#cluster/relations.ts'

export type Unit = Omit<UnitRow, 'node'>

/** Remembers what the lines above said of the unit whose state comes below. */
export interface SystemctlLines {
  /** The units that a line decides; `[]` for one that belongs to the output, undefined for anything else. */
  readonly line: (text: string) => readonly Unit[] | undefined
}

/**
 * Lines of `systemctl status`, `list-units`, `is-active` and `show`.
 *
 * @param asked the words of the command behind `systemctl`
 * @see systemd/systemd:src/systemctl/systemctl-show.c, systemctl-list-units.c
 */
export function systemctlLines(asked: readonly string[]): SystemctlLines {
  const verb = asked.find((word) => /^[a-z][a-z-]+$/.test(word))
  const named = unitsOf(asked)
  let unit = named[0]
  let enabled: boolean | undefined
  let isOpen = false
  let answered = 0
  let shown: Shown = {}
  const opened = (name: string): readonly Unit[] => {
    unit = name
    enabled = undefined
    isOpen = true
    return []
  }
  const show = (key: string, value: string): readonly Unit[] => {
    if (key === 'Id') shown = {}
    shown = { ...shown, [key]: value }
    isOpen = true
    return shownUnit(shown, verb === 'show' ? unit : undefined)
  }
  return {
    line: (text) => {
      const listed = listedUnit(text)
      if (listed !== undefined) return [listed]
      const head = statusHead(text)
      if (head !== undefined) return opened(head)
      const property = verb === 'show' || isOpen ? showLine(text) : sureShowLine(text)
      if (property !== undefined) return show(property.key, property.value)
      const state = bareState(text)
      if (verb === 'is-active' && state !== undefined) {
        const name = named[answered++]
        return name === undefined ? undefined : [{ unit: name, active: state }]
      }
      const loaded = /^\s*Loaded: \S+(?: \((?<rest>[^)]{0,300})\)?)?/.exec(text)?.groups
      if (loaded !== undefined) {
        enabled = enabledIn(loaded.rest ?? '')
        return []
      }
      const active = /^\s*Active: (?<active>[a-z]+)(?: \((?<sub>[^)]{1,60})\))?/.exec(text)?.groups
      if (active !== undefined && unit !== undefined)
        return stated({ unit, active: active.active, sub: active.sub, enabled })
      if (/^Unit (?<name>[\w@.-]{1,100}) could not be found\.?$/.test(text.trim()))
        return [{ unit: unitName(text.trim().split(' ')[1] ?? ''), active: 'inactive', enabled: false }]
      if (isListHeader(text)) return []
      return isOpen && isStatusFiller(text) ? [] : undefined
    },
  }
}

type Shown = Readonly<Record<string, string>>

const unitsOf = (words: readonly string[]): readonly string[] =>
  words
    .filter((word, at) => at > 0 && /^[a-zA-Z][\w@.:-]{1,100}$/.test(word) && !/^-/.test(words[at - 1] ?? ''))
    .map(unitName)

/** Without `.service`, which is what is meant where nothing is said. */
const unitName = (name: string): string => name.replace(/\.service$/, '')

const statusHead = (text: string): string | undefined => {
  const name =
    /^\s{0,4}[●○×↻*x◯]\s{0,2}(?<name>[\w@.:\\-]{1,120}\.(?:service|socket|timer|mount|target|slice|scope))(?: - .{0,300})?$/.exec(
      text,
    )?.groups?.name
  return name === undefined ? undefined : unitName(name)
}

const enabledIn = (rest: string): boolean | undefined => {
  const word = /; (?<word>enabled|disabled|masked|static|enabled-runtime)(?:;|$)/.exec(rest)?.groups?.word
  return word === undefined || word === 'static' ? undefined : word.startsWith('enabled')
}

const listed =
  /^\s{0,4}(?:[●○×*x]\s)?\s{0,4}(?<unit>[\w@.:\\-]{1,120}\.(?:service|socket|timer))\s+(?<load>loaded|not-found|masked|error|bad-setting)\s+(?<active>active|reloading|inactive|failed|activating|deactivating)\s+(?<sub>[a-z][a-z-]{2,30})(?:\s.*)?$/

function listedUnit(text: string): Unit | undefined {
  const m = listed.exec(text)?.groups
  if (m?.unit === undefined) return undefined
  const [unit] = stated({
    unit: unitName(m.unit),
    active: m.active,
    sub: m.sub,
    enabled: m.load === 'masked' ? false : undefined,
  })
  return unit
}

const isListHeader = (text: string): boolean => /^\s*UNIT\s+LOAD\s+ACTIVE\s+SUB\b/.test(text)

/** Keys of `show` that no other program prints. */
const sureShowLine = (text: string) =>
  /^\s*(?:NRestarts|ActiveState|SubState|UnitFileState)=/.test(text) ? showLine(text) : undefined

function showLine(text: string): { readonly key: string; readonly value: string } | undefined {
  const m =
    /^\s*(?<key>Id|NRestarts|ActiveState|SubState|UnitFileState|LoadState|Result|ExecMainStatus|MainPID)=(?<value>\S{0,120})$/.exec(
      text,
    )?.groups
  return m?.key === undefined ? undefined : { key: m.key, value: m.value ?? '' }
}

function shownUnit(shown: Shown, asked: string | undefined): readonly Unit[] {
  const unit = shown.Id === undefined ? asked : unitName(shown.Id)
  if (unit === undefined) return []
  const restarts = /^\d{1,9}$/.test(shown.NRestarts ?? '') ? Number(shown.NRestarts) : undefined
  const state = shown.UnitFileState
  const enabled =
    state === undefined || state === 'static' || state === '' ? undefined : /^enabled/.test(state)
  // A unit that systemd keeps starting is active as far as anybody can tell from the count alone.
  const active = shown.ActiveState ?? (restarts === undefined ? undefined : 'active')
  return stated({ unit, active, sub: shown.SubState, enabled }).map((row) => ({
    ...row,
    ...(restarts !== undefined && { restarts }),
  }))
}

const bareState = (text: string): Unit['active'] | undefined => {
  const word = text.trim()
  return word === 'unknown' ? 'inactive' : stateOf(word)
}

function stated(o: {
  readonly unit: string
  readonly active: string | undefined
  readonly sub: string | undefined
  readonly enabled: boolean | undefined
}): readonly Unit[] {
  const active = o.active === 'reloading' ? 'active' : stateOf(o.active)
  if (active === undefined) return []
  return [
    {
      unit: o.unit,
      active,
      ...(o.sub !== undefined && { sub: o.sub.replace(/^Result: /, '') }),
      ...(o.enabled !== undefined && { enabled: o.enabled }),
    },
  ]
}

const stateOf = (word: string | undefined): Unit['active'] | undefined =>
  (['active', 'inactive', 'failed', 'activating', 'deactivating'] as const).find((state) => state === word)

/** The rest of a status: nothing in it is a fact here. */
const isStatusFiller = (text: string): boolean =>
  /^\s*(?:Docs|Drop-In|TriggeredBy|Triggers|Process|Main PID|Status|Tasks|Memory|CPU|CGroup|IP|IO|FD Store|Invocation|Condition|Duration|Error):(?:\s|$)/.test(
    text,
  ) || /^\s{4,}(?:https?:|man:|[├└│]|[|`]-)/.test(text)
