/**
 * A policy's two chains (projectcalico/calico:felix/rules/policy.go). What one iptables rule cannot say at once (several nets,
 * nets and exceptions, ports and named ports) is said in blocks of rules before it, which keep their result in mark bits.
 */
import { marks } from '#lab/calico/felix/names.ts'
import { policyChain } from '#lab/calico/felix/policy/chain-names.ts'
import type { Policy, PolicyRule, Side } from '#lab/calico/felix/policy/model.ts'
import { choiceSetName, portSetName } from '#lab/calico/felix/policy/sets.ts'
import { hashed } from '#lab/calico/felix/rule-hash.ts'
import { clearMark, type Match, setMark, verdict } from '#lab/calico/felix/rules.ts'
import type { PortRange, Rule, RuleProtocol, SetMatch } from '#lab/network/rule.ts'

export type Chains = Readonly<Record<string, readonly Rule[]>>

/** Kept for each policy: it is the same on every node. */
export function policyChains(policy: Policy): Chains {
  const known = rendered.get(policy)
  if (known) return known
  const chains: Record<string, readonly Rule[]> = {}
  const add = (direction: 'in' | 'out', rules: readonly PolicyRule[] | undefined): void => {
    if (rules === undefined) return
    const chain = policyChain(direction, policy)
    const words = `Policy ${policy.name} ${direction === 'in' ? 'ingress' : 'egress'}`
    chains[chain] = hashed(chain, titled(rules.flatMap(renderRule), words))
  }
  add('in', policy.ingress)
  add('out', policy.egress)
  rendered.set(policy, chains)
  return chains
}

const rendered = new WeakMap<Policy, Chains>()

/** The first rule says whose chain it is; one without rules gets one that does nothing. */
export function titled(rules: readonly Rule[], words: string): readonly Rule[] {
  const [first = verdict('none'), ...more] = rules
  const comment = first.comment === undefined ? words : `${first.comment}\n${words}`
  return [{ ...first, comment }, ...more]
}

const portsPerRuleMax = 15

/** The rules for one rule of a policy. */
export function renderRule(rule: PolicyRule): readonly Rule[] {
  const blocks = new Blocks()
  const source = settle(rule.source, 'source', rule.protocol, blocks)
  const destination = settle(rule.destination, 'destination', rule.protocol, blocks)
  const match: Match = {
    ...(blocks.used ? { mark: marks.scratch0 } : {}),
    ...protocolMatch(rule),
    ...merged(source, destination),
    ...(rule.icmp === undefined ? {} : { icmp: rule.icmp }),
  }
  return [...blocks.rules, ...acting(rule.action, match)]
}

function acting(action: PolicyRule['action'], match: Match): readonly Rule[] {
  switch (action) {
    case 'Allow':
      return [setMark(marks.accept, match), verdict('return', { mark: marks.accept })]
    case 'Pass':
      return [setMark(marks.pass, match), verdict('return', { mark: marks.pass })]
    case 'Log':
      return [{ match, target: { kind: 'log', prefix: 'calico-packet' } }]
    default:
      return [verdict('drop', match)]
  }
}

const protocolMatch = ({ protocol, notProtocol }: PolicyRule): Match => ({
  ...(protocol === undefined ? {} : { protocol: protocol as RuleProtocol }), // an unknown one matches nothing
  ...(notProtocol === undefined ? {} : { notProtocol: notProtocol as RuleProtocol }),
})

function merged(a: Match, b: Match): Match {
  const sets = [...(a.sets ?? []), ...(b.sets ?? [])]
  return { ...a, ...b, ...(sets.length === 0 ? {} : { sets }) }
}

/** What of one side goes into the last rule; the rest is left to blocks. */
function settle(
  side: Side,
  end: 'source' | 'destination',
  protocol: string | undefined,
  blocks: Blocks,
): Match {
  const { nets, notNets, choice, notChoice, ports, namedPorts, notPorts } = side
  const to = end === 'source' ? 'src' : 'dst'
  const portSets = namedPorts.map(
    (name): SetMatch => ({
      name: portSetName(name, protocol ?? 'tcp', choice),
      side: end === 'source' ? 'src,src' : 'dst,dst',
    }),
  )
  const pieces = split(ports)
  const portsMatch = (each: readonly PortRange[]): Match =>
    end === 'source' ? { sourcePorts: each } : { ports: each }
  const single = pieces.length + portSets.length <= 1
  if (!single)
    blocks.positive([
      ...pieces.map(
        (piece): Match => ({
          ...(protocol === undefined ? {} : { protocol: protocol as RuleProtocol }),
          ...portsMatch(piece),
        }),
      ),
      ...portSets.map((set): Match => ({ sets: [set] })),
    ])
  if (nets.length > 1) blocks.positive(nets.map((net): Match => ({ [end]: net })))
  const netInRule = nets.length === 1
  const inBlock = notNets.length > 1 || (netInRule && notNets.length > 0)
  if (inBlock) blocks.negative(notNets.map((net): Match => ({ [end]: net })))
  const sets: readonly SetMatch[] = [
    ...(choice === undefined ? [] : [{ name: choiceSetName(choice), side: to } as const]),
    ...(notChoice === undefined ? [] : [{ name: choiceSetName(notChoice), side: to, not: true } as const]),
    ...(single ? portSets : []),
  ]
  return {
    ...(netInRule ? { [end]: nets[0] } : {}),
    ...(!inBlock && notNets.length === 1 ? { [end]: `!${notNets[0]}` } : {}),
    ...(single && pieces[0] !== undefined ? portsMatch(pieces[0]) : {}),
    ...(notPorts.length === 0 ? {} : end === 'source' ? { notSourcePorts: notPorts } : { notPorts }),
    ...(sets.length === 0 ? {} : { sets }),
  }
}

/** multiport takes fifteen ports, of which a range counts two. */
function split(ports: readonly PortRange[]): readonly (readonly PortRange[])[] {
  const pieces: PortRange[][] = []
  let room = 0
  for (const port of ports) {
    const size = typeof port === 'number' ? 1 : 2
    if (room < size) {
      pieces.push([])
      room = portsPerRuleMax
    }
    pieces.at(-1)?.push(port)
    room -= size
  }
  return pieces
}

class Blocks {
  readonly rules: Rule[] = []
  #positives = 0

  get used(): boolean {
    return this.rules.length > 0
  }

  /** One of these must match. */
  positive(matches: readonly Match[]): void {
    const first = this.#positives === 0 && !this.used
    this.#begin(0)
    const bit = first ? marks.scratch0 : marks.scratch1
    for (const match of matches) this.rules.push(setMark(bit, match))
    if (!first)
      this.rules.push(clearMark(marks.scratch0, { unmarked: marks.scratch1 }), clearMark(marks.scratch1))
    this.#positives++
  }

  /** None of these may. */
  negative(matches: readonly Match[]): void {
    this.#begin(marks.scratch0)
    for (const match of matches) this.rules.push(clearMark(marks.scratch0, match))
  }

  #begin(mark: number): void {
    if (this.used) return
    const mask = marks.scratch0 | marks.scratch1
    this.rules.push({ match: {}, target: { kind: 'mark', mark, mask } })
  }
}
