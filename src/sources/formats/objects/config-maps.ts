import { z } from 'zod'
import { rangeName } from '#sources/formats/cluster-flags.ts'
import { cniSettings, parseCniTemplate } from '#sources/formats/cni-config.ts'
import { metadata, named } from '#sources/formats/lenient.ts'
import { setting, settingsIn } from '#sources/formats/objects/flatten.ts'
import type { Told } from '#sources/formats/objects/told.ts'
import { isCalicoVariable } from '#sources/formats/variables.ts'

const shape = z.object({ metadata, data: named })

/**
 * The ConfigMaps that configure Calico, kube-proxy and kubeadm's clusters; of others what reads as Calico's variables.
 *
 * @param parseYaml for the documents that some of them hold
 * @see projectcalico/calico:charts/calico/templates/calico-config.yaml, kubernetes/kubernetes:cmd/kubeadm/app/phases/addons/proxy
 */
export function configMapRows(value: unknown, parseYaml: (text: string) => unknown): readonly Told[] {
  const { metadata, data } = shape.safeParse(value).data ?? {}
  const name = metadata?.name ?? ''
  return Object.entries(data ?? {}).flatMap(([key, held]): readonly Told[] => {
    if (typeof held !== 'string') return typeof held === 'object' ? [] : variable(name, key, String(held))
    if (key === 'cni_network_config' || (name === 'cni-config' && key === 'config'))
      return cniSettings(parseCniTemplate(held), name)
    if (documents.has(`${name}/${key}`)) return documentRows(parseYaml(held), name)
    return variable(name, key, held)
  })
}

const isCalicos = (name: string): boolean =>
  /^(?:calico-config|canal-config|rke2-canal-config|kubernetes-services-endpoint)$/.test(name)

const variable = (name: string, key: string, value: string): readonly Told[] =>
  value.length <= variableMax && (isCalicos(name) || isCalicoVariable(key))
    ? [setting({ of: 'env', in: name, name: key, value })]
    : []

/** What is longer is a file, not a value. */
const variableMax = 300

const documents: ReadonlySet<string> = new Set([
  'kube-proxy/config.conf',
  'kubeadm-config/ClusterConfiguration',
  'kubelet-config/kubelet',
])

const kindOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined

/** The component configurations that kubeadm writes: KubeProxyConfiguration, KubeletConfiguration, ClusterConfiguration. */
export function documentRows(value: unknown, holder: string | undefined): readonly Told[] {
  const inside = holder === undefined ? {} : { in: holder }
  switch (kindOf(value)) {
    case 'KubeProxyConfiguration':
      return [...settingsIn(withoutHead(value), { of: 'kube-proxy', ...inside }), ...rangeRows(value)]
    case 'KubeletConfiguration':
      return settingsIn(withoutHead(value), { of: 'kubelet', ...inside })
    case 'ClusterConfiguration':
      return rangeRows(value)
    default:
      return []
  }
}

function withoutHead(value: unknown): unknown {
  const { kind: _, apiVersion: __, ...rest } = value as Readonly<Record<string, unknown>> // kindOf has seen that it is an object
  return rest
}

/** Address ranges under whichever names, anywhere in an installer's file: `networking.podSubnet`. */
export const rangeRows = (value: unknown): readonly Told[] =>
  settingsIn(value, { of: 'other' }).flatMap((each) => {
    if (each.relation !== 'settings') return []
    const name = rangeName(each.row.name.replace(/^.*\./, ''))
    return name === undefined || !/^[\da-fA-F.:]{2,45}\/\d/.test(each.row.value)
      ? []
      : [setting({ ...each.row, name })]
  })
