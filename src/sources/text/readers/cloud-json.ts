import { z } from 'zod'
import type { CloudRuleRow, SettingRow } from '#cluster/relations.ts'
import type { ReadRow } from '#sources/reading.ts'
import { isBlank } from '#sources/text/lines.ts'
import { place, type Reader, type Scope, type Source, type Taken } from '#sources/text/reader.ts'

/**
 * `aws ec2 describe-security-groups`: known by its first key, before other JSON is read as Kubernetes' objects.
 *
 * @see https://docs.aws.amazon.com/cli/latest/reference/ec2/describe-security-groups.html
 */
export const cloudJsonReader: Reader = {
  read(source, at, scope) {
    if (!startsHere(source, at)) return checksOf(source, at, scope)
    let next = at
    while (next < source.lines.length && !isBlank(source.lines[next]?.text)) next++
    const text = source.lines
      .slice(at, next)
      .map((line) => line.text)
      .join('\n')
    const read = groupsShape.safeParse(parsed(text))
    if (!read.success)
      return { lines: next - at, format: 'JSON, nothing known in it', rows: [], notUnderstood: next - at }
    const from = place(source, at, scope)
    const rows = read.data.SecurityGroups.flatMap(rulesOf).map(
      (row): ReadRow => ({ relation: 'cloudRules', row, from }),
    )
    return {
      lines: next - at,
      format: 'security groups of AWS',
      rows,
      covered: [{ relation: 'cloudRules', coverage: { kind: 'partial' } }],
    }
  },
}

/**
 * `aws ec2 describe-instance-attribute`, `describe-network-interfaces` and `describe-instances`, also cut: of all that only
 * whether the cloud checks senders and receivers.
 *
 * @see https://docs.aws.amazon.com/cli/latest/reference/ec2/describe-instance-attribute.html
 */
function checksOf(source: Source, at: number, scope: Scope): Taken | undefined {
  if (!/^\s{0,8}[{[]\s*$/.test(source.lines[at]?.text ?? '')) return undefined
  const checks = checksIn(source)
  const first = checks.find((one) => one.at > at)
  if (first === undefined || first.begins > at) return undefined
  const rows = checks
    .filter((one) => one.begins === first.begins && one.at > at)
    .map(({ at: line, value }): ReadRow => {
      const row: SettingRow = { of: 'cloud', name: 'src-dst-check', value }
      return { relation: 'settings', row, from: place(source, line, scope) }
    })
  return {
    lines: first.ends - at,
    format: 'a cloud’s setting',
    rows,
    covered: [{ relation: 'settings', coverage: { kind: 'partial' } }],
  }
}

/** One check that the cloud makes, and the block of lines (up to a blank one) in which it stands. */
interface Check {
  readonly at: number
  readonly value: string
  readonly begins: number
  readonly ends: number
}

const checksKnown = new WeakMap<Source['lines'], readonly Check[]>()

/** All checks of a text: looked for once, since any opening bracket may be where one begins. */
function checksIn({ lines }: Source): readonly Check[] {
  const known = checksKnown.get(lines)
  if (known !== undefined) return known
  const found: Omit<Check, 'ends'>[] = []
  const ends = new Map<number, number>()
  let [begins, isBelow] = [0, false]
  for (const [at, { text }] of lines.entries()) {
    if (isBlank(text)) {
      ends.set(begins, at)
      begins = at + 1
    }
    const value = (isBelow ? checkBelow : check).exec(text)?.groups?.value
    isBelow = opensCheck.test(text)
    if (value !== undefined) found.push({ at, value, begins })
  }
  const checks = found.map((one) => ({ ...one, ends: ends.get(one.begins) ?? lines.length }))
  checksKnown.set(lines, checks)
  return checks
}

const opensCheck = /"SourceDestCheck"\s*:\s*\{\s*$/
const check = /"SourceDestCheck"\s*:\s*(?:\{\s*"Value"\s*:\s*)?(?<value>true|false)/
const checkBelow = /^\s*"Value"\s*:\s*(?<value>true|false)/

const startsHere = (source: Source, at: number): boolean =>
  /^\s*\{/.test(source.lines[at]?.text ?? '') &&
  source.lines.slice(at, at + 2).some(({ text }) => /"SecurityGroups"\s*:/.test(text))

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const permission = z.object({
  IpProtocol: z.string(),
  FromPort: z.number().int().nullish(),
  ToPort: z.number().int().nullish(),
  IpRanges: z.array(z.object({ CidrIp: z.string() })).nullish(),
  Ipv6Ranges: z.array(z.object({ CidrIpv6: z.string() })).nullish(),
  UserIdGroupPairs: z.array(z.object({ GroupId: z.string() })).nullish(),
})

const groupsShape = z.object({
  SecurityGroups: z.array(
    z.object({
      GroupId: z.string(),
      IpPermissions: z.array(permission).nullish(),
      IpPermissionsEgress: z.array(permission).nullish(),
    }),
  ),
})

type Permission = z.infer<typeof permission>
type Group = z.infer<typeof groupsShape>['SecurityGroups'][number]

const rulesOf = (group: Group): readonly CloudRuleRow[] => [
  ...(group.IpPermissions ?? []).flatMap((each) => permitted(group.GroupId, 'inbound', each)),
  ...(group.IpPermissionsEgress ?? []).flatMap((each) => permitted(group.GroupId, 'outbound', each)),
]

function permitted(
  group: string,
  direction: 'inbound' | 'outbound',
  { IpProtocol, FromPort, ToPort, IpRanges, Ipv6Ranges, UserIdGroupPairs }: Permission,
): readonly CloudRuleRow[] {
  const remotes = [
    ...(IpRanges ?? []).map(({ CidrIp }) => CidrIp),
    ...(Ipv6Ranges ?? []).map(({ CidrIpv6 }) => CidrIpv6),
    ...(UserIdGroupPairs ?? []).map(({ GroupId }) => GroupId),
  ]
  return remotes.map((remote) => ({
    kind: 'security-group',
    group,
    direction,
    action: 'allow',
    protocol: IpProtocol === '-1' ? 'all' : IpProtocol,
    ...(typeof FromPort === 'number' && FromPort >= 0 && { portMin: FromPort }),
    ...(typeof ToPort === 'number' && ToPort >= 0 && { portMax: ToPort }),
    remote,
  }))
}
