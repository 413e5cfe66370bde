import type { CloudRuleRow } from '#cluster/relations.ts'
import type { ReadRow } from '#sources/reading.ts'
import { isBlank } from '#sources/text/lines.ts'
import { place, type Reader, type Source } from '#sources/text/reader.ts'

/**
 * Firewall rules of a Vyatta, VyOS or vRouter appliance, as `show configuration commands` prints them: one `set` a line, those of
 * one rule next to each other.
 *
 * @see vyos/vyos-documentation:docs/configuration/firewall/ipv4.rst
 */
export const gatewayConfigReader: Reader = {
  read(source, at, scope) {
    if (!goesOn(source, at)) return undefined
    const rules = new Map<string, Rule>()
    let next = at
    for (; next < source.lines.length; next++) {
      const found = setting(source.lines[next]?.text ?? '')
      if (found === undefined && !goesOn(source, next)) break
      if (found === undefined) continue
      const key = `${found.group} ${found.number}`
      const rule = rules.get(key) ?? { group: found.group, at: next, values: new Map<string, string>() }
      rule.values.set(found.name, found.value)
      rules.set(key, rule)
    }
    const rows = [...rules.values()].flatMap((rule): readonly ReadRow[] => {
      const row = ruleRow(rule)
      return row === undefined ? [] : [{ relation: 'cloudRules', row, from: place(source, rule.at, scope) }]
    })
    return {
      lines: next - at,
      format: 'rules of a gateway appliance',
      rows,
      covered: [{ relation: 'cloudRules', coverage: { kind: 'partial' } }],
    }
  },
}

interface Rule {
  readonly group: string
  /** Index of its first line. */
  readonly at: number
  readonly values: Map<string, string>
}

const line =
  /^\s{0,8}set (?:security )?firewall (?:ipv[46] )?(?:name|ipv6-name) (?<group>[\w.-]{1,60}) rule (?<number>\d{1,6}) (?<name>action|protocol|description|(?:source|destination) (?:address|port)) '?(?<value>[^'\n]{1,120}?)'?\s*$/

const setting = (text: string) =>
  line.exec(text)?.groups as
    | { readonly group: string; readonly number: string; readonly name: string; readonly value: string }
    | undefined // each of these groups takes part in every match

/** Other statements of the same firewall stand before and between them. */
const goesOn = (source: Source, at: number): boolean => {
  const text = source.lines[at]?.text ?? ''
  return (
    !isBlank(text) &&
    /^\s{0,8}set (?:security )?firewall (?:ipv[46] )?(?:name|ipv6-name|group|all-ping|state-policy) \S/.test(
      text,
    )
  )
}

const actions: Readonly<Record<string, CloudRuleRow['action']>> = {
  accept: 'allow',
  drop: 'drop',
  reject: 'deny',
}

function ruleRow({ group, values }: Rule): CloudRuleRow | undefined {
  const action = actions[values.get('action') ?? '']
  if (action === undefined) return undefined
  const ports = /^(?<min>\d{1,5})(?:-(?<max>\d{1,5}))?$/.exec(values.get('destination port') ?? '')?.groups
  const protocol = values.get('protocol')
  const [remote, destination] = [values.get('source address'), values.get('destination address')]
  return {
    kind: 'gateway',
    group,
    action,
    ...(protocol !== undefined && { protocol: protocols[protocol] ?? protocol }),
    ...(ports?.min !== undefined && { portMin: Number(ports.min), portMax: Number(ports.max ?? ports.min) }),
    ...(remote !== undefined && { remote }),
    ...(destination !== undefined && { destination }),
  }
}

/** Names of /etc/protocols that the appliance takes: `ipip` there is 94, which is not what Calico sends. */
const protocols: Readonly<Record<string, string>> = { ipencap: '4', ipip: '94', gre: '47', ospf: '89' }
