import { createHash } from 'node:crypto'
import type { BGPFilterRule } from '#lab/api/objects/calico.ts'
import type { BgpFilterData } from '#lab/calico/confd/data.ts'

/** BGPFilters as BIRD functions (projectcalico/calico:confd/pkg/resource/template/template_funcs.go, BGPFilterBIRDFuncs). */
export function renderFilters(filters: readonly BgpFilterData[]): string {
  const lines = filters.flatMap(filterLines)
  return lines.length === 0 ? '# No v4 BGPFilters configured' : lines.join('\n')
}

function filterLines({ name, imports, exports }: BgpFilterData): readonly string[] {
  if (imports.length + exports.length === 0) return []
  return [
    `# v4 BGPFilter ${name}`,
    ...functionLines(name, 'import', imports),
    ...functionLines(name, 'export', exports),
  ]
}

function functionLines(
  name: string,
  direction: 'import' | 'export',
  rules: readonly BGPFilterRule[],
): readonly string[] {
  if (rules.length === 0) return []
  const statements = rules.map((rule) => `  ${statement(rule)}`)
  return [`function ${filterFunction(name, direction)}() {`, ...statements, '}']
}

const symbolCharsMax = 64
const hashChars = 16

/** `'bgp_<name>_importFilterV4'`, with a hash in place of the end of a name that BIRD would find too long. */
export function filterFunction(name: string, direction: 'import' | 'export'): string {
  const around = ['bgp_', `_${direction}FilterV4`] as const
  const room = symbolCharsMax - around.join('').length
  if (name.length <= room) return `'${around.join(name)}'`
  const hash = createHash('sha256').update(name).digest('hex').toUpperCase().slice(0, hashChars)
  return `'${around.join(`${name.slice(0, room - hashChars - 1)}_${hash}`)}'`
}

const operators = { Equal: '=', NotEqual: '!=', In: '~', NotIn: '!~' } as const

function statement(rule: BGPFilterRule): string {
  const action = `${rule.action.toLowerCase()};`
  const conditions = [...cidrCondition(rule), ...sourceCondition(rule), ...interfaceCondition(rule)]
  return conditions.length === 0 ? action : `if (${conditions.join('&&')}) then { ${action} }`
}

function cidrCondition({ cidr, matchOperator, prefixLength }: BGPFilterRule): readonly string[] {
  if (!cidr || !matchOperator) return []
  return [`(net ${operators[matchOperator]} ${prefixLength ? lengths(cidr, prefixLength) : cidr})`]
}

function lengths(cidr: string, { min, max }: NonNullable<BGPFilterRule['prefixLength']>): string {
  const own = Number(cidr.split('/')[1])
  return `[ ${cidr}{${Math.max(own, min ?? own)},${Math.min(32, max ?? 32)}} ]`
}

const sourceCondition = ({ source }: BGPFilterRule): readonly string[] =>
  source === undefined ? [] : ['((defined(source))&&(source ~ [ RTS_BGP ]))']

const interfaceCondition = ({ interface: name }: BGPFilterRule): readonly string[] =>
  name === undefined ? [] : [`((defined(ifname))&&(ifname ~ "${name}"))`]
