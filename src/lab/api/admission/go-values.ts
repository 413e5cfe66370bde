/** Values as Go's `%#v` writes them into errors of fields: staging:apimachinery/pkg/util/validation/field/errors.go (ErrorBody). */
import { asList, asObject, type JsonObject } from '#lab/api/json.ts'

const quoted = (value: unknown): string => JSON.stringify(String(value ?? ''))

/** `map[string]string{"a":"b"}`; of a map that is not there `map[string]string(nil)` */
export function goMap(map: JsonObject | undefined): string {
  if (map === undefined) return 'map[string]string(nil)'
  const pairs = Object.keys(map)
    .sort()
    .map((key) => `${quoted(key)}:${quoted(map[key])}`)
  return `map[string]string{${pairs.join(', ')}}`
}

/** `v1.LabelSelector{MatchLabels:…, MatchExpressions:…}` */
export function goSelector({ matchLabels, matchExpressions }: JsonObject): string {
  const labels = goMap(matchLabels === undefined ? undefined : asObject(matchLabels))
  return `v1.LabelSelector{MatchLabels:${labels}, MatchExpressions:${goExpressions(matchExpressions)}}`
}

function goExpressions(expressions: unknown): string {
  const type = '[]v1.LabelSelectorRequirement'
  if (expressions === undefined) return `${type}(nil)`
  const items = asList(expressions).map((each) => {
    const { key, operator, values } = asObject(each)
    const list = values === undefined ? '[]string(nil)' : `[]string{${asList(values).map(quoted).join(', ')}}`
    return `v1.LabelSelectorRequirement{Key:${quoted(key)}, Operator:${quoted(operator)}, Values:${list}}`
  })
  return `${type}{${items.join(', ')}}`
}

/** `rbac.RoleRef{APIGroup:…, Kind:…, Name:…}` */
export const goRoleRef = ({ apiGroup, kind, name }: JsonObject): string =>
  `rbac.RoleRef{APIGroup:${quoted(apiGroup)}, Kind:${quoted(kind)}, Name:${quoted(name)}}`

/** `intstr.IntOrString{Type:0, IntVal:1, StrVal:""}` */
export const goIntOrString = (value: unknown): string =>
  typeof value === 'string'
    ? `intstr.IntOrString{Type:1, IntVal:0, StrVal:${quoted(value)}}`
    : `intstr.IntOrString{Type:0, IntVal:${Number(value ?? 0)}, StrVal:""}`

/** `apps.DeploymentStrategy{Type:"Foo", RollingUpdate:(*apps.RollingUpdateDeployment)(nil)}` */
export function goStrategy(type: string, rolling: string, { type: name, rollingUpdate }: JsonObject): string {
  // A pointer that is set would be shown by its address.
  const pointer = rollingUpdate === undefined ? 'nil' : '0xc000000000'
  return `apps.${type}{Type:${quoted(name)}, RollingUpdate:(*apps.${rolling})(${pointer})}`
}
