/** The IP sets that policies need: what each holds is worked out once for equal inputs, on whichever node. */
import { setName } from '#lab/calico/felix/names.ts'
import type { Choice, Policy, Selectable, Side } from '#lab/calico/felix/policy/model.ts'

export interface NeededSet {
  readonly name: string
  members(endpoints: readonly Selectable[]): readonly string[]
}

export const choiceSetName = (choice: Choice): string => setName('s', choice.text)

const portText = (port: string, protocol: string, choice: Choice | undefined): string =>
  `${protocol},${port},${choice?.text ?? 'all()'}`

/** Of the endpoints that the same side of the rule chooses: Felix narrows named ports so. */
export const portSetName = (port: string, protocol: string, choice: Choice | undefined): string =>
  setName('n', portText(port, protocol, choice))

/** Every set that the rules of these policies match, each once. */
export function neededSets(policies: readonly Policy[]): readonly NeededSet[] {
  const needed = new Map<string, NeededSet>()
  for (const { ingress = [], egress = [] } of policies)
    for (const rule of [...ingress, ...egress])
      for (const side of [rule.source, rule.destination])
        for (const set of setsOf(side, rule.protocol ?? 'tcp')) needed.set(set.name, set)
  return [...needed.values()]
}

function setsOf({ choice, notChoice, namedPorts }: Side, protocol: string): readonly NeededSet[] {
  const chosen = [choice, notChoice].flatMap((each) => (each === undefined ? [] : [chosenSet(each)]))
  return [...chosen, ...namedPorts.map((port) => namedPortSet(port, protocol, choice))]
}

const chosenSet = (choice: Choice): NeededSet => ({
  name: choiceSetName(choice),
  members: (endpoints) =>
    kept(endpoints, choiceSetName(choice), () =>
      endpoints.flatMap((each) => (choice.chooses(each) ? each.nets : [])),
    ),
})

function namedPortSet(name: string, protocol: string, choice: Choice | undefined): NeededSet {
  const set = portSetName(name, protocol, choice)
  return {
    name: set,
    members: (endpoints) =>
      kept(endpoints, set, () =>
        endpoints.flatMap((each) => {
          if (choice?.chooses(each) === false) return []
          return each.ports
            .filter((port) => port.name === name && port.protocol === protocol)
            .flatMap(({ port }) => each.nets.map((net) => `${net.replace(/\/32$/, '')},${protocol}:${port}`))
        }),
      ),
  }
}

/** Felixes that have seen the same changes hold the same list of endpoints. */
const known = new WeakMap<readonly Selectable[], Map<string, readonly string[]>>()

function kept(
  endpoints: readonly Selectable[],
  name: string,
  make: () => readonly string[],
): readonly string[] {
  const bySet = known.get(endpoints) ?? new Map<string, readonly string[]>()
  known.set(endpoints, bySet)
  const found = bySet.get(name)
  if (found) return found
  const members = [...new Set(make())].sort()
  bySet.set(name, members)
  return members
}
