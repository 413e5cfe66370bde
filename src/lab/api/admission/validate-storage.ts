/**
 * What is wrong with claims, volumes and classes of storage, and what of them may not change:
 * pkg/apis/core/validation/validation.go (ValidatePersistentVolumeClaimSpec, ValidatePersistentVolumeSpec),
 * pkg/apis/storage/validation/validation.go. Not imitated: data sources, node affinity, volume attributes.
 */
import { oneOf } from '#lab/api/admission/validate-container.ts'
import { sourceErrors } from '#lab/api/admission/validate-volumes.ts'
import { asList, asObject, at, type JsonObject } from '#lab/api/json.ts'
import { deepEqual } from '#lab/api/patch/merge.ts'
import { quantity } from '#lab/api/quantity.ts'
import { type FieldError, forbiddenField, invalidValue, required } from '#lab/api/status.ts'

const modes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']

const modeErrors = (list: unknown): FieldError[] =>
  asList(list).flatMap((mode) => oneOf('spec.accessModes', mode, modes))

const amountErrors = (field: string, amount: unknown): FieldError[] =>
  quantity(String(amount)) > 0 ? [] : [invalidValue(field, amount, 'must be greater than zero')]

export function claimErrors({ spec: given }: JsonObject): FieldError[] {
  const spec = asObject(given)
  const storage = at(spec, 'resources.requests.storage')
  return [
    ...(asList(spec.accessModes).length === 0
      ? [required('spec.accessModes', 'at least 1 access mode is required')]
      : modeErrors(spec.accessModes)),
    ...(storage === undefined
      ? [required('spec.resources[storage]')]
      : amountErrors('spec.resources[storage]', storage)),
    ...oneOf('spec.volumeMode', spec.volumeMode, ['Block', 'Filesystem']),
  ]
}

/** Of a claim nothing changes but that it is bound, and that a bound one asks for more (ValidatePersistentVolumeClaimUpdate). */
export function claimChange(old: JsonObject, next: JsonObject, minor: number): FieldError[] {
  const amount = (object: JsonObject): number =>
    quantity(String(at(object, 'spec.resources.requests.storage')))
  const unnamed = at(old, 'spec.volumeName') === undefined
  const isBound = at(next, 'status.phase') === 'Bound'
  const fixed = (object: JsonObject): JsonObject => ({
    ...asObject(object.spec),
    ...(unnamed ? { volumeName: '' } : {}),
    ...(isBound ? { resources: {} } : {}),
  })
  if (!deepEqual(fixed(old), fixed(next))) {
    const more = minor >= 29 ? ' and volumeAttributesClassName' : ''
    return [
      forbiddenField(
        'spec',
        `spec is immutable after creation except resources.requests${more} for bound claims`,
      ),
    ]
  }
  return amount(next) < amount(old)
    ? [forbiddenField('spec.resources.requests.storage', 'field can not be less than status.capacity')]
    : []
}

/** Of a volume its source. */
export function volumeChange(old: JsonObject, next: JsonObject): FieldError[] {
  const source = ({ spec }: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(asObject(spec)).filter(([key]) => sources.includes(key)))
  return deepEqual(source(old), source(next))
    ? []
    : [
        forbiddenField(
          'spec.persistentvolumesource',
          'spec.persistentvolumesource is immutable after creation',
        ),
      ]
}

const sources = ['csi', 'fc', 'hostPath', 'iscsi', 'local', 'nfs']

export function volumeObjectErrors({ spec: given }: JsonObject): FieldError[] {
  const spec = asObject(given)
  const { accessModes, capacity, persistentVolumeReclaimPolicy } = spec
  const storage = asObject(capacity).storage
  return [
    ...(asList(accessModes).length === 0 ? [required('spec.accessModes')] : modeErrors(accessModes)),
    ...(capacity === undefined ? [required('spec.capacity')] : []),
    ...(storage === undefined ? [] : amountErrors('spec.capacity[storage]', storage)),
    ...oneOf('spec.persistentVolumeReclaimPolicy', persistentVolumeReclaimPolicy, [
      'Delete',
      'Recycle',
      'Retain',
    ]),
    ...sourceErrors('spec', { ...spec, ...localSource(spec) }),
    ...oneOf('spec.volumeMode', spec.volumeMode, ['Block', 'Filesystem']),
  ]
}

/** A source that only volumes have counts as one. */
const localSource = ({ local }: JsonObject): JsonObject => (local === undefined ? {} : { ephemeral: local })

export const classErrors = ({ provisioner, reclaimPolicy, volumeBindingMode }: JsonObject): FieldError[] => [
  ...(provisioner ? [] : [required('provisioner')]),
  ...oneOf('reclaimPolicy', reclaimPolicy, ['Delete', 'Retain']),
  ...oneOf('volumeBindingMode', volumeBindingMode, ['Immediate', 'WaitForFirstConsumer']),
]

export const classChange = (old: JsonObject, next: JsonObject): FieldError[] => [
  ...['parameters', 'provisioner', 'reclaimPolicy']
    .filter((field) => !deepEqual(old[field], next[field]))
    .map((field) => forbiddenField(field, `updates to ${field} are forbidden.`)),
  ...(old.volumeBindingMode === next.volumeBindingMode
    ? []
    : [invalidValue('volumeBindingMode', next.volumeBindingMode, 'field is immutable')]),
]
