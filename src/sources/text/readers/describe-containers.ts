/** Containers as `kubectl describe` prints them, of a pod or of a pod template. */
import type { TextLine } from '#sources/text/lines.ts'
import { type Description, itemsOf, linesOf } from '#sources/text/readers/description.ts'

/** Blocks of `  name:` with deeper lines. */
export interface ContainerBlock {
  readonly name: string
  readonly init: boolean
  readonly lines: readonly string[]
}

export const containerBlocks = (description: Description): readonly ContainerBlock[] => [
  ...blocksIn(linesOf(description, 'Init Containers'), true),
  ...blocksIn(linesOf(description, 'Containers'), false),
  ...templateBlocks(linesOf(description, 'Pod Template')),
]

export function blocksIn(lines: readonly Pick<TextLine, 'text'>[], init: boolean): readonly ContainerBlock[] {
  const blocks: { name: string; init: boolean; lines: string[] }[] = []
  for (const { text } of lines) {
    const name = /^ {1,4}(?<name>[a-z0-9][a-z0-9-]{0,62}):$/.exec(text)?.groups?.name
    if (name !== undefined) blocks.push({ name, init, lines: [] })
    else blocks.at(-1)?.lines.push(text)
  }
  return blocks
}

/** In a template the sections are indented, and its volumes look like containers. */
function templateBlocks(lines: readonly TextLine[]): readonly ContainerBlock[] {
  const sections = new Map<string, TextLine[]>()
  let open: TextLine[] = []
  for (const line of lines) {
    const title = /^ {2}(?<title>[A-Z][\w -]{2,40}):/.exec(line.text)?.groups?.title
    if (title === undefined) open.push(line)
    else {
      open = []
      sections.set(title, open)
    }
  }
  return [
    ...blocksIn(sections.get('Init Containers') ?? [], true),
    ...blocksIn(sections.get('Containers') ?? [], false),
  ]
}

/** The pod's spec as far as it is printed, in the form that the object has. */
export const specOf = (description: Description): object => ({
  containers: containerBlocks(description).map(containerSpec),
  nodeSelector: Object.fromEntries(
    ['Node-Selectors', 'Node-Selector']
      .flatMap((key) => itemsOf(description, key))
      .map((item) => [item.split('=')[0] ?? '', item.slice(item.indexOf('=') + 1)]),
  ),
  priorityClassName: itemsOf(description, 'Priority Class Name')[0],
})

/** The names are those of the object; its readers know their types. */
interface ContainerSpec extends Readonly<Record<string, unknown>> {
  readonly name: string
}

/** One container's spec as far as it is printed, in the form that the object has. */
export function containerSpec({ name, lines }: ContainerBlock): ContainerSpec {
  const fields = fieldsOf(lines)
  const inner = (key: string): readonly string[] => fields.get(key)?.inner ?? []
  return {
    name,
    image: fields.get('Image')?.value,
    command: inner('Command').map((line) => line.trim()),
    args: inner('Args').map((line) => line.trim()),
    env: pairs(inner('Environment')).map(variable),
    resources: {
      limits: Object.fromEntries(pairs(inner('Limits'))),
      requests: Object.fromEntries(pairs(inner('Requests'))),
    },
    livenessProbe: probe(fields.get('Liveness')?.value),
    readinessProbe: probe(fields.get('Readiness')?.value),
    startupProbe: probe(fields.get('Startup')?.value),
    volumeMounts: inner('Mounts').flatMap((line) => {
      const mountPath = /^\s*(\/\S{0,400}) from \S/.exec(line)?.[1]
      return mountPath === undefined ? [] : [{ mountPath }]
    }),
  }
}

interface Field {
  readonly value: string
  readonly inner: readonly string[]
}

/** The container's own fields, each with the lines indented under it. */
function fieldsOf(lines: readonly string[]): ReadonlyMap<string, Field> {
  const fields = new Map<string, { value: string; inner: string[] }>()
  const indent = lines[0]?.search(/\S/) ?? 0
  let open: string[] = []
  for (const line of lines) {
    const m = /^(?<space>\s*)(?<key>[A-Z][\w ()-]{1,60}):(?:\s+(?<value>.*))?$/.exec(line)?.groups
    if (m?.key !== undefined && (m.space ?? '').length <= indent) {
      open = []
      fields.set(m.key, { value: m.value ?? '', inner: open })
    } else open.push(line)
  }
  return fields
}

const pairs = (lines: readonly string[]): readonly (readonly [string, string])[] =>
  lines.flatMap((line) => {
    const m = /^\s*(?<name>[A-Za-z_][\w./-]{0,200}):(?:\s+(?<value>\S.*))?$/.exec(line)?.groups
    return m?.name === undefined ? [] : [[m.name, m.value ?? ''] as const]
  })

/** `<set to the key 'veth_mtu' of config map 'calico-config'>  Optional: false`, ` (v1:spec.nodeName)` */
function variable([name, value]: readonly [string, string]): object {
  const key =
    /^<set to the key '(?<key>[^']{1,253})' (?:of config map|in secret) '(?<from>[^']{1,253})'>/.exec(
      value,
    )?.groups
  if (key !== undefined) {
    const kind = value.includes("' in secret '") ? 'secretKeyRef' : 'configMapKeyRef'
    return { name, valueFrom: { [kind]: { name: key.from, key: key.key } } }
  }
  const fieldPath = /^\(v1:(?<path>[\w.[\]'/-]{1,200})\)$/.exec(value)?.groups?.path
  return fieldPath === undefined ? { name, value } : { name, valueFrom: { fieldRef: { fieldPath } } }
}

const probeNames: ReadonlyMap<string, string> = new Map([
  ['delay', 'initialDelaySeconds'],
  ['timeout', 'timeoutSeconds'],
  ['period', 'periodSeconds'],
  ['failure', 'failureThreshold'],
])

/** `exec [/bin/calico-node -felix-ready] delay=0s timeout=10s period=10s #success=1 #failure=3` */
const probe = (text: string | undefined): object | undefined =>
  text === undefined
    ? undefined
    : Object.fromEntries(
        [...text.matchAll(/(?<=\s)#?(delay|timeout|period|failure)=(\d{1,6})/g)].map(
          ([, name = '', count]) => [probeNames.get(name) ?? name, Number(count)],
        ),
      )
