/** What a pod template says of how Calico's containers run: DaemonSets, Deployments, Pods, and fragments of them. */
import { z } from 'zod'
import { clusterFlags } from '#sources/formats/cluster-flags.ts'
import { count, flag, list, named, part, text, texts } from '#sources/formats/lenient.ts'
import { setting, settingsIn } from '#sources/formats/objects/flatten.ts'
import { versionsOfImage } from '#sources/formats/objects/images.ts'
import { type Told, told } from '#sources/formats/objects/told.ts'
import { isCalicoVariable } from '#sources/formats/variables.ts'

const probe = part({
  timeoutSeconds: count,
  periodSeconds: count,
  failureThreshold: count,
  initialDelaySeconds: count,
})

const container = z.object({
  name: text,
  image: text,
  command: texts,
  args: texts,
  env: list(z.object({ name: z.string(), value: text, valueFrom: named })),
  envFrom: list(z.object({ configMapRef: part({ name: text }), secretRef: part({ name: text }) })),
  resources: part({ limits: named, requests: named }),
  limits: named,
  requests: named,
  livenessProbe: probe,
  readinessProbe: probe,
  startupProbe: probe,
  volumeMounts: list(z.object({ mountPath: z.string() })),
})

const podSpec = z.object({
  hostNetwork: flag,
  priorityClassName: text,
  nodeSelector: named,
  containers: list(container),
  initContainers: list(container),
  volumes: list(z.object({ hostPath: part({ path: text, type: text }) })),
})

type Container = z.output<typeof container>

/** Settings and versions of a pod's spec. Of pods that are not Calico's, the versions and the cluster's own flags. */
export function podSpecRows(value: unknown, name: string | undefined): readonly Told[] {
  const spec = podSpec.safeParse(value).data
  if (spec === undefined) return []
  const containers = [...spec.initContainers, ...spec.containers]
  const versions = containers.flatMap((each) => imageRows(each.image))
  const flags = containers.flatMap((each) => clusterFlags([...each.command, ...each.args].join(' ')))
  // A fragment that shows no container tells by itself whose it is: nothing but Calico is asked about.
  const isCalicos = containers.length === 0 || containers.some(isOfCalico) || calicoWorkload.test(name ?? '')
  if (!isCalicos) return [...versions, ...flags]
  return [...containers.flatMap(containerSettings), ...podSettings(spec, name), ...versions, ...flags]
}

/** A container cut out of its pod: `resources`, `env`, a probe. */
export function containerRows(value: unknown): readonly Told[] {
  const one = container.safeParse(value).data
  if (one === undefined || (one.name !== undefined && !isOfCalico(one))) return imageRows(one?.image)
  return [...containerSettings(one), ...imageRows(one.image)]
}

export const imageRows = (image: string | undefined): readonly Told[] =>
  image === undefined ? [] : versionsOfImage(image).map((row) => told('versions', row))

const calicoWorkload = /^(?:calico-|tigera-operator|canal|rke2-canal|rke-network-plugin)/
const isOfCalico = ({ name = '', image = '' }: Container): boolean =>
  /^(?:calico-|tigera-operator$|install-cni$|upgrade-ipam$|mount-bpffs$|ebpf-bootstrap$|flexvol-driver$)/.test(
    name,
  ) || isCalicosImage(image)

const isCalicosImage = (image: string): boolean => /\bcalico[/-]|\btigera\b/.test(image)

function containerSettings(one: Container): readonly Told[] {
  const inside = one.name === undefined ? {} : { in: one.name }
  const own = { of: 'container', ...inside } as const
  const resources = one.resources ?? { limits: one.limits, requests: one.requests }
  // Without its container, a variable's name alone tells whether it is Calico's.
  const env = isOfCalico(one) ? one.env : one.env.filter(({ name }) => isCalicoVariable(name))
  return [
    ...(one.image !== undefined && isCalicosImage(one.image)
      ? [setting({ ...own, name: 'image', value: one.image })]
      : []),
    ...env.map((each) =>
      setting({ of: 'env', ...inside, name: each.name, value: each.value ?? reference(each.valueFrom) }),
    ),
    ...one.envFrom.map(({ configMapRef, secretRef }) =>
      setting({
        ...own,
        name: 'envFrom',
        value:
          configMapRef === undefined
            ? `secret/${secretRef?.name ?? ''}`
            : `configmap/${configMapRef.name ?? ''}`,
      }),
    ),
    ...settingsIn(resources, { ...own, under: 'resources' }),
    ...(['livenessProbe', 'readinessProbe', 'startupProbe'] as const).flatMap((probe) =>
      settingsIn(one[probe], { ...own, under: probe }),
    ),
    ...one.volumeMounts.map(({ mountPath }) => setting({ ...own, name: 'volumeMounts', value: mountPath })),
  ]
}

const sources = z.record(z.string(), z.object({ name: text, key: text, fieldPath: text }).catch({}))

/** `<from configMapKeyRef calico-config/veth_mtu>`, `<from fieldRef spec.nodeName>`; nothing where no value is given. */
function reference(valueFrom: Readonly<Record<string, unknown>>): string {
  const [kind, from] = Object.entries(sources.safeParse(valueFrom).data ?? {})[0] ?? []
  if (kind === undefined || from === undefined) return ''
  const what = from.fieldPath ?? [from.name, from.key].filter((word) => word !== undefined).join('/')
  return `<from ${kind} ${what}>`
}

function podSettings(spec: z.output<typeof podSpec>, name: string | undefined): readonly Told[] {
  const own = { of: 'container', ...(name !== undefined && { in: name }) } as const
  const { hostNetwork, priorityClassName, nodeSelector, volumes } = spec
  return [
    ...settingsIn({ hostNetwork, priorityClassName }, own),
    ...Object.entries(nodeSelector).map(([key, value]) =>
      setting({ ...own, name: 'nodeSelector', value: `${key}=${String(value)}` }),
    ),
    ...volumes.flatMap(({ hostPath }) =>
      hostPath?.path === undefined
        ? []
        : [
            setting({
              ...own,
              name: 'volumes.hostPath',
              value: [hostPath.path, hostPath.type ?? ''].join(' '),
            }),
          ],
    ),
  ]
}

const variable = z.object({ name: z.string(), value: text, valueFrom: named })

/** Items of an `env` list without their container: only names of Calico's variables tell whose they are. */
export const variableRows = (items: readonly unknown[]): readonly Told[] =>
  items.flatMap((item) => {
    const one = variable.safeParse(item).data
    if (one === undefined || !isCalicoVariable(one.name)) return []
    if (one.value === undefined && Object.keys(one.valueFrom).length === 0) return []
    return [setting({ of: 'env', name: one.name, value: one.value ?? reference(one.valueFrom) })]
  })
