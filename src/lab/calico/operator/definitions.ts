/** Resource definitions of tigera/operator:pkg/crds/operator. Not imitated: schemas but that of Installations, and the kinds that no flavour uses. */
import type { Draft, KubeObject } from '#lab/api/objects.ts'
import type { ResourceType } from '#lab/api/ports.ts'
import { installationSchema, openSchema } from '#lab/calico/operator/schemas.ts'
import { releaseOf } from '#lab/calico/release.ts'

export const operatorGroup = 'operator.tigera.io'

const type = (resource: string): ResourceType => ({ group: operatorGroup, version: 'v1', resource })

export const operatorResources = {
  installations: type('installations'),
  tigeraStatuses: type('tigerastatuses'),
} as const

const column = (name: string, jsonPath: string, type = 'string', description = '') => ({
  name,
  type,
  jsonPath,
  ...(description === '' ? {} : { description }),
})

const condition = (type: string, field: string): string => `.status.conditions[?(@.type=='${type}')].${field}`

const statusColumns = [
  column(
    'Available',
    condition('Available', 'status'),
    'string',
    'Whether the component running and stable.',
  ),
  column(
    'Progressing',
    condition('Progressing', 'status'),
    'string',
    'Whether the component is processing changes.',
  ),
  column('Degraded', condition('Degraded', 'status'), 'string', 'Whether the component is degraded.'),
  column(
    'Since',
    condition('Available', 'lastTransitionTime'),
    'date',
    "The time the component's Available status last changed.",
  ),
]

/** What `kubectl create -f operator-crds.yaml` brings. */
export function operatorDefinitions(version: string): readonly Draft<KubeObject>[] {
  const ruled = releaseOf(version).minor >= 32 // projectcalico/calico:manifests/operator-crds.yaml of v3.32
  const of = (schema: object, ...names: readonly string[]): object =>
    ruled ? { ...schema, 'x-kubernetes-validations': [nameRule(names)] } : schema
  return [
    definition('Installation', 'installations', {
      schema: of(installationSchema, 'default', 'tigera-secure', 'overlay'),
    }),
    definition('TigeraStatus', 'tigerastatuses', { columns: statusColumns }),
    definition('APIServer', 'apiservers', { schema: of(openSchema, 'default', 'tigera-secure') }),
    definition('ImageSet', 'imagesets'),
  ]
}

function nameRule(names: readonly string[]): object {
  const quoted = names.map((name) => `'${name}'`)
  const last = quoted.pop() ?? ''
  return {
    message: `resource name must be ${quoted.join(', ')}${names.length > 2 ? ',' : ''} or ${last}`,
    rule: names.map((name) => `self.metadata.name == '${name}'`).join(' || '),
  }
}

const definition = (
  kind: string,
  plural: string,
  {
    columns = [],
    schema = openSchema,
  }: { readonly columns?: readonly object[]; readonly schema?: object } = {},
) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural}.${operatorGroup}` },
  spec: {
    group: operatorGroup,
    names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
    scope: 'Cluster',
    versions: [
      {
        name: 'v1',
        schema: { openAPIV3Schema: schema },
        served: true,
        storage: true,
        ...(kind === 'ImageSet' ? {} : { subresources: { status: {} } }),
        ...(columns.length === 0 ? {} : { additionalPrinterColumns: columns }),
      },
    ],
  },
})
