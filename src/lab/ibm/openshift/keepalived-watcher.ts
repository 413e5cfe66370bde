import type { ContainerDef, DaemonSet, Draft, KubeObject } from '#lab/api/objects.ts'
import type { Program } from '#lab/host/ports.ts'
import { untilTerminated } from '#lab/host/process/until-terminated.ts'
import { calicoExtensionContainer, calicoExtensionRbac } from '#lab/ibm/calico-extension.ts'
import type { Image } from '#lab/runtime/ports.ts'

const name = 'ibm-keepalived-watcher'
const image = `us.icr.io/armada-master/keepalived-watcher:1390`
const labels = { app: name }

export const keepalivedWatcherImages = (): readonly Image[] => [
  {
    name: image,
    sizeBytes: 52_428_800,
    tree: [{ path: `/usr/bin/${name}`, kind: 'file', mode: 0o755, program: name }],
    entrypoint: [`/usr/bin/${name}`],
  },
]

/** It does nothing here: load balancers of classic infrastructure, which it serves, are not imitated. */
export const keepalivedWatcher: Program = (p) => untilTerminated(p, 0)

/** `makesEndpoints`: up to 4.14 it is this pod whose init container makes the worker's HostEndpoints. */
export const keepalivedWatcherManifests = ({
  makesEndpoints,
}: {
  readonly makesEndpoints: boolean
}): readonly Draft<KubeObject>[] => [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'kube-system' } },
  ...(makesEndpoints ? calicoExtensionRbac(name) : []),
  {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: 'kube-system', labels },
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
      template: {
        metadata: { labels },
        spec: {
          hostNetwork: true,
          priorityClassName: 'system-node-critical',
          serviceAccountName: name,
          tolerations: [{ operator: 'Exists' }],
          ...(makesEndpoints && { initContainers: [calicoExtensionContainer as ContainerDef] }),
          containers: [{ name, image, imagePullPolicy: 'IfNotPresent' }],
        },
      },
    },
  } as Draft<DaemonSet>, // its status is the controller's
]
