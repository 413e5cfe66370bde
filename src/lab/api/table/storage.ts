/** Rows of the storage types: pkg/printers/internalversion/printers.go. */
import { asList, asObject, at } from '#lab/api/json.ts'
import type { Stored } from '#lab/api/store.ts'
import { age } from '#lab/api/table/age.ts'
import { columns, type Printer } from '#lab/api/table/printer.ts'

const created = ({ metadata }: Stored, nowMs: number): string => age(metadata.creationTimestamp, nowMs)

const shortModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
}

const modes = (list: unknown): string =>
  Object.keys(shortModes)
    .filter((mode) => asList(list).includes(mode))
    .map((mode) => shortModes[mode])
    .join(',')

const text = (object: Stored, path: string, absent = ''): string => String(at(object, path) ?? absent)

const deleted = (object: Stored, phase: string): string =>
  object.metadata.deletionTimestamp === undefined ? phase : 'Terminating'

export const volumePrinter: Printer = {
  columns: columns(
    'Name',
    'Capacity',
    'Access Modes',
    'Reclaim Policy',
    'Status',
    'Claim',
    'StorageClass',
    'VolumeAttributesClass',
    'Reason',
    'Age',
    'VolumeMode*',
  ),
  cells: (volume, nowMs) => {
    const claim = asObject(at(volume, 'spec.claimRef'))
    return [
      volume.metadata.name,
      text(volume, 'spec.capacity.storage'),
      modes(at(volume, 'spec.accessModes')),
      text(volume, 'spec.persistentVolumeReclaimPolicy'),
      deleted(volume, text(volume, 'status.phase')),
      claim.name === undefined ? '' : `${String(claim.namespace)}/${String(claim.name)}`,
      text(volume, 'spec.storageClassName'),
      text(volume, 'spec.volumeAttributesClassName', '<unset>'),
      text(volume, 'status.reason'),
      created(volume, nowMs),
      text(volume, 'spec.volumeMode', '<unset>'),
    ]
  },
}

export const claimPrinter: Printer = {
  columns: columns(
    'Name',
    'Status',
    'Volume',
    'Capacity',
    'Access Modes',
    'StorageClass',
    'VolumeAttributesClass',
    'Age',
    'VolumeMode*',
  ),
  cells: (claim, nowMs) => {
    const bound = Boolean(at(claim, 'spec.volumeName'))
    return [
      claim.metadata.name,
      deleted(claim, text(claim, 'status.phase')),
      text(claim, 'spec.volumeName'),
      bound ? text(claim, 'status.capacity.storage') : '',
      bound ? modes(at(claim, 'status.accessModes')) : '',
      text(claim, 'spec.storageClassName'),
      text(claim, 'spec.volumeAttributesClassName', '<unset>'),
      created(claim, nowMs),
      text(claim, 'spec.volumeMode', '<unset>'),
    ]
  },
}

const isDefault = 'storageclass.kubernetes.io/is-default-class'

export const storageClassPrinter: Printer = {
  columns: columns(
    'Name',
    'Provisioner',
    'ReclaimPolicy',
    'VolumeBindingMode',
    'AllowVolumeExpansion',
    'Age',
  ),
  cells: (each, nowMs) => [
    `${each.metadata.name}${each.metadata.annotations?.[isDefault] === 'true' ? ' (default)' : ''}`,
    String(each.provisioner ?? ''),
    String(each.reclaimPolicy ?? 'Delete'),
    String(each.volumeBindingMode ?? '<unset>'),
    each.allowVolumeExpansion === true,
    created(each, nowMs),
  ],
}

export const csiNodePrinter: Printer = {
  columns: columns('Name', 'Drivers#', 'Age'),
  cells: (node, nowMs) => [node.metadata.name, asList(at(node, 'spec.drivers')).length, created(node, nowMs)],
}

export const csiDriverPrinter: Printer = {
  columns: columns(
    'Name',
    'AttachRequired',
    'PodInfoOnMount',
    'StorageCapacity',
    'TokenRequests',
    'RequiresRepublish',
    'Modes',
    'Age',
  ),
  cells: (driver, nowMs) => [
    driver.metadata.name,
    at(driver, 'spec.attachRequired') !== false,
    at(driver, 'spec.podInfoOnMount') === true,
    at(driver, 'spec.storageCapacity') === true,
    asList(at(driver, 'spec.tokenRequests'))
      .map((each) => String(asObject(each).audience))
      .join(',') || '<unset>',
    at(driver, 'spec.requiresRepublish') === true,
    asList(at(driver, 'spec.volumeLifecycleModes')).map(String).join(',') || 'Persistent',
    created(driver, nowMs),
  ],
}

export const attachmentPrinter: Printer = {
  columns: columns('Name', 'Attacher', 'PV', 'Node', 'Attached', 'Age'),
  cells: (attachment, nowMs) => [
    attachment.metadata.name,
    text(attachment, 'spec.attacher'),
    text(attachment, 'spec.source.persistentVolumeName'),
    text(attachment, 'spec.nodeName'),
    at(attachment, 'status.attached') === true,
    created(attachment, nowMs),
  ],
}
