/**
 * What is wrong with the volumes of a pod: pkg/apis/core/validation/validation.go (ValidateVolumes, validateVolumeSource).
 * Not imitated: what is inside sources that no lab's kubelet mounts.
 */
import { labelNameError } from '#lab/api/admission/names.ts'
import { each, oneOf } from '#lab/api/admission/validate-container.ts'
import { asList, asObject, type JsonObject } from '#lab/api/json.ts'
import { duplicate, type FieldError, forbiddenField, invalidValue, required } from '#lab/api/status.ts'

export function volumeErrors(field: string, list: unknown): FieldError[] {
  const names = asList(list).map((volume) => asObject(volume).name)
  return each(list, field, (volume, at) => {
    const { name, ...sources } = volume
    const index = Number(/\[(\d+)\]$/.exec(at)?.[1])
    return [
      ...sourceErrors(at, sources),
      ...(name ? labelNameError(`${at}.name`, name) : [required(`${at}.name`)]),
      ...(name && names.indexOf(name) < index ? [duplicate(`${at}.name`, name)] : []),
    ]
  })
}

/** In the order in which they are looked at. */
const order = [
  'emptyDir',
  'hostPath',
  'gitRepo',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'secret',
  'nfs',
  'iscsi',
  'glusterfs',
  'flocker',
  'persistentVolumeClaim',
  'rbd',
  'cinder',
  'cephfs',
  'quobyte',
  'downwardAPI',
  'fc',
  'configMap',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'storageos',
  'projected',
  'scaleIO',
  'csi',
  'ephemeral',
]

/** Of the volume of a pod, or of a PersistentVolume. */
export function sourceErrors(field: string, sources: JsonObject): FieldError[] {
  const [first, ...more] = order.filter((source) => sources[source] !== undefined)
  if (first === undefined) return [required(field, 'must specify a volume type')]
  return [
    ...(ofSource[first]?.(`${field}.${first}`, asObject(sources[first])) ?? []),
    ...more.map((source) => forbiddenField(`${field}.${source}`, 'may not specify more than 1 volume type')),
  ]
}

const hostPathTypes = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
]

const ofSource: Readonly<Record<string, (field: string, source: JsonObject) => FieldError[]>> = {
  hostPath: (field, { path, type }) => [
    ...(path ? backstepErrors(`${field}.path`, path) : [required(`${field}.path`)]),
    ...oneOf(`${field}.type`, type, hostPathTypes),
  ],
  secret: (field, { secretName, defaultMode }) => [
    ...(secretName ? [] : [required(`${field}.secretName`)]),
    ...modeErrors(`${field}.defaultMode`, defaultMode),
  ],
  configMap: (field, { name, defaultMode }) => [
    ...(name ? [] : [required(`${field}.name`)]),
    ...modeErrors(`${field}.defaultMode`, defaultMode),
  ],
  persistentVolumeClaim: (field, { claimName }) => (claimName ? [] : [required(`${field}.claimName`)]),
  nfs: (field, { server, path }) => [
    ...(server ? [] : [required(`${field}.server`)]),
    ...(path ? [] : [required(`${field}.path`)]),
    ...(path && !String(path).startsWith('/')
      ? [invalidValue(`${field}.path`, path, 'must be an absolute path')]
      : []),
  ],
  csi: (field, { driver }) => (driver ? [] : [required(`${field}.driver`)]),
}

const backstepErrors = (field: string, path: unknown): FieldError[] =>
  String(path).split('/').includes('..') ? [invalidValue(field, path, "must not contain '..'")] : []

const modeErrors = (field: string, mode: unknown): FieldError[] =>
  typeof mode === 'number' && (mode < 0 || mode > 0o777)
    ? [invalidValue(field, mode, 'must be a number between 0 and 0777 (octal), both inclusive')]
    : []
