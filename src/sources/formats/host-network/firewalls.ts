/** What the front ends of packet filters say of themselves: ufw, firewalld. */
import {
  isEmpty,
  type Lines,
  lineAt,
  nextFilled,
  withoutRemark,
} from '#sources/formats/host-network/block.ts'

/** One front end's state and settings. */
export interface Firewall {
  readonly end: number
  readonly program: 'ufw' | 'firewalld'
  /** Undefined where the words do not tell it. */
  readonly isActive?: boolean
  readonly settings: readonly { readonly at: number; readonly name: string; readonly value: string }[]
}

type Setting = Firewall['settings'][number]

/**
 * `ufw status [verbose|numbered]`: defaults as `incoming`, `outgoing`, `routed`; rules as port → action and source.
 *
 * @param isAsked whether a command showed that this is ufw's status: `Status: active` alone may be anybody's
 * @see jkeenan/ufw:src/backend_iptables.py (get_status)
 */
export function parseUfw(lines: Lines, at: number, isAsked = false): Firewall | undefined {
  const status = /^\s{0,4}Status: (?<status>active|inactive)$/.exec(withoutRemark(lineAt(lines, at)))?.groups
    ?.status
  const isRules = ufwHeader.test(lineAt(lines, at))
  const follows = lineAt(lines, nextFilled(lines, at + 1))
  const isUfw = isAsked || ufwOther.test(follows) || ufwHeader.test(follows) || ufwDefault.test(follows)
  if (!isRules && (status === undefined || !isUfw)) return undefined
  const settings: Setting[] = []
  let next = at + 1
  for (; lines(next) !== undefined; next++) {
    const filled = nextFilled(lines, next)
    const line = lineAt(lines, filled)
    const told = ufwSettings(line, filled)
    if (told === undefined) break
    settings.push(...told)
    next = filled
  }
  return {
    end: next,
    program: 'ufw',
    settings,
    ...(status !== undefined && { isActive: status === 'active' }),
  }
}

const ufwHeader = /^\s{0,12}To\s{1,40}Action\s{1,40}From\s*$/
const ufwOther = /^\s{0,4}(?:Logging: |New profiles: |-{2,}\s{1,40}-{2,}\s{1,40}-{2,}\s*$)/
const ufwDefault = /^\s{0,4}Default: (?<defaults>(?:(?:deny|allow|reject|disabled) \([a-z]+\)(?:, )?){1,3})$/
const ufwRule =
  /^\s{0,4}(?:\[ ?\d{1,4}\] )?(?<to>\S.{0,60}?)\s{2,60}(?<action>(?:ALLOW|DENY|REJECT|LIMIT)(?: (?:IN|OUT|FWD))?)\s{1,60}(?<from>\S.{0,80})$/

function ufwSettings(line: string, at: number): readonly Setting[] | undefined {
  const defaults = ufwDefault.exec(line)?.groups?.defaults
  if (defaults !== undefined)
    return [...defaults.matchAll(/(\w+) \((\w+)\)/g)].map(([, value = '', name = '']) => ({
      at,
      name,
      value,
    }))
  const rule = ufwRule.exec(withoutRemark(line))?.groups
  if (rule?.to !== undefined)
    return [
      { at, name: rule.to, value: `${rule.action} from ${(rule.from ?? '').trim().replace(/\s{2,}/g, ' ')}` },
    ]
  return ufwOther.test(line) || ufwHeader.test(line) ? [] : undefined
}

/**
 * `firewall-cmd --state|--list-all|--list-all-zones|--get-active-zones`; settings are named after their zone:
 * `public.ports`.
 *
 * @param isAsked whether a command showed that this is firewalld's answer
 * @see firewalld/firewalld:src/firewall/command.py (print_zone_info)
 */
export function parseFirewalld(lines: Lines, at: number, isAsked = false): Firewall | undefined {
  const first = withoutRemark(lineAt(lines, at)).trim()
  const end = at + 1
  if (/^FirewallD is not running$/i.test(first) || (isAsked && first === 'not running'))
    return { end, program: 'firewalld', isActive: false, settings: [] }
  if (isAsked && first === 'running') return { end, program: 'firewalld', isActive: true, settings: [] }
  return zones(lines, at)
}

const zoneHead = /^\s{0,2}(?<zone>[\w-]{1,40})(?: \((?:default|active|default, active)\))?$/
const zoneField =
  /^\s{1,8}(?<name>target|ingress-priority|egress-priority|icmp-block-inversion|interfaces|sources|services|ports|protocols|forward|masquerade|forward-ports|source-ports|icmp-blocks|rich rules|priority|egress-zones|ingress-zones): ?(?<value>.{0,400})$/

/** At least a zone and two of its fields, or one that only active zones have. */
function zones(lines: Lines, at: number): Firewall | undefined {
  const settings: Setting[] = []
  let zone: string | undefined
  let next = at
  for (; lines(next) !== undefined; next++) {
    const line = lineAt(lines, next)
    const head = zoneHead.exec(line)?.groups?.zone
    const field = zone === undefined ? undefined : zoneField.exec(line)?.groups
    if (head !== undefined && zoneField.test(lineAt(lines, next + 1))) zone = head
    else if (field?.name !== undefined)
      settings.push({ at: next, name: `${zone}.${field.name}`, value: (field.value ?? '').trim() })
    else if (
      zone === undefined ||
      !(isEmpty(line) ? isHeadAt(lines, nextFilled(lines, next)) : /^\s{1,8}rule /.test(line))
    )
      break
  }
  return settings.length === 0 || !isZoneStart(lines, at)
    ? undefined
    : { end: next, program: 'firewalld', isActive: true, settings }
}

const isHeadAt = (lines: Lines, at: number): boolean =>
  zoneHead.test(lineAt(lines, at)) && zoneField.test(lineAt(lines, at + 1))

/** YAML has keys like these; a zone's name has no colon and its first fields are these. */
const isZoneStart = (lines: Lines, at: number): boolean =>
  /^\s{1,8}(?:target: |interfaces: ?|sources: ?|icmp-block-inversion: |ingress-priority: )/.test(
    lineAt(lines, at + 1),
  )
