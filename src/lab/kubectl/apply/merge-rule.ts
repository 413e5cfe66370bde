import { type MergeRule, plainRule } from '#lab/api/patch/rules.ts'
import { builtinTypes } from '#lab/api/types/builtin.ts'

/** How lists of a type merge; none for types of users, which take JSON merge patches. */
export function mergeRuleOf({
  group,
  version,
  resource,
}: {
  readonly group: string
  readonly version: string
  readonly resource: string
}): MergeRule | undefined {
  const def = builtinTypes.find(
    (each) => each.group === group && each.version === version && each.resource === resource,
  )
  return def === undefined ? undefined : (def.mergeRule ?? plainRule)
}
