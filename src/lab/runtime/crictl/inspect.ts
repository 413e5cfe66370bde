import { rfc3339Micro } from '#base/clock.ts'
import { emptyFolder } from '#lab/runtime/cni-conf-syncer.ts'
import { type CrictlCommand, containerOf, print, sandboxOf } from '#lab/runtime/crictl/command.ts'
import { fullImageName, imageId } from '#lab/runtime/images.ts'
import { logPath } from '#lab/runtime/log-files.ts'

const nano = (ms: number): string =>
  ms === 0 ? '0001-01-01T00:00:00Z' : rfc3339Micro(ms).replace('Z', '000Z')

export const inspect: CrictlCommand = {
  values: ['o', '--output'],
  run: (p, runtime, { operands: [id = ''] }) => {
    const found = containerOf(runtime, id)
    return print(p, {
      status: {
        id: found.id,
        metadata: { attempt: found.attempt, name: found.name },
        state: `CONTAINER_${found.state === 'exited' ? 'EXITED' : found.state.toUpperCase()}`,
        createdAt: nano(found.createdMs),
        startedAt: nano(found.startedMs),
        finishedAt: nano(found.finishedMs),
        exitCode: found.exitCode,
        image: { image: fullImageName(found.image) },
        imageRef: imageId(found.image),
        reason: found.reason,
        message: found.message,
        labels: {
          'io.kubernetes.container.name': found.name,
          'io.kubernetes.pod.name': found.pod.name,
          'io.kubernetes.pod.namespace': found.pod.namespace,
          'io.kubernetes.pod.uid': found.pod.uid,
        },
        logPath: logPath(found),
      },
      info: { sandboxID: found.sandboxId, pid: found.state === 'running' ? found.pid : 0 },
    })
  },
}

export const inspectp: CrictlCommand = {
  values: ['o', '--output'],
  run: (p, runtime, { operands: [id = ''] }) => {
    const found = sandboxOf(runtime, id)
    return print(p, {
      status: {
        id: found.id,
        metadata: { attempt: found.attempt, ...found.pod },
        state: found.ready ? 'SANDBOX_READY' : 'SANDBOX_NOTREADY',
        createdAt: nano(found.createdMs),
        network: { additionalIps: [], ip: found.address ?? '' },
        linux: {
          namespaces: {
            options: {
              network: found.hostNetwork ? 'NODE' : 'POD',
              pid: found.hostPid ? 'NODE' : 'CONTAINER',
              ipc: 'POD',
            },
          },
        },
      },
    })
  },
}

export const version: CrictlCommand = {
  run: (p, { brand }) => {
    const version = brand.name === 'containerd' ? `v${brand.version}` : brand.version
    p.stdout.write(
      `Version:  0.1.0\nRuntimeName:  ${brand.name}\nRuntimeVersion:  ${version}\nRuntimeApiVersion:  v1\n`,
    )
    return 0
  },
}

/** What is loaded, or why nothing is; the condition says less of an empty folder. */
function loadStatus(networkTrouble: string): string {
  const why = networkTrouble.replace(/^Network plugin returns error: /, '')
  return why === '' ? 'OK' : why === 'cni plugin not initialized' ? emptyFolder : why
}

/** The part of containerd's answer that people look at. */
export const info: CrictlCommand = {
  values: ['o', '--output'],
  run: async (p, runtime) => {
    const { networkTrouble } = await runtime.status()
    const network =
      networkTrouble === ''
        ? { type: 'NetworkReady', status: true, reason: '', message: '' }
        : { type: 'NetworkReady', status: false, reason: 'NetworkPluginNotReady', message: networkTrouble }
    return print(p, {
      status: { conditions: [{ type: 'RuntimeReady', status: true, reason: '', message: '' }, network] },
      lastCNILoadStatus: loadStatus(networkTrouble),
    })
  },
}
