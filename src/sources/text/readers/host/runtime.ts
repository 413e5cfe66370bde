import type { PodRow } from '#cluster/relations.ts'
import {
  type ContainerLine,
  isContainerHeader,
  isOtherRow,
  parseBanner,
  parseContainer,
  parseDockerInfo,
} from '#sources/formats/host/container-tables.ts'
import {
  kubeletConfigLines,
  parseKubeletFlags,
  type RuntimeSetting,
  tomlLines,
} from '#sources/formats/host/runtime-files.ts'
import { isRuntimeJson, runtimeJsonLines } from '#sources/formats/host/runtime-json.ts'
import { calicoComponentOf, nodeOrPod, type Reader, type Scope, type Source } from '#sources/text/reader.ts'
import { fileOf, type Lines, lineReader, ofNode, type Told } from '#sources/text/readers/host/line-reader.ts'

/**
 * What has to be asked before the readers of objects: `crictl info` and daemon.json, whole or cut, and KubeletConfiguration.
 */
export const runtimeObjectsReader: Reader = {
  read: (source, at, scope) =>
    startsJson(source, at, scope)
      ? jsonReader.read(source, at, scope)
      : kubeletReader.read(source, at, scope),
}

const jsonReader = lineReader({
  format: 'JSON of a container runtime',
  relations: ['settings'],
  open: (scope) => {
    const file = fileOf(scope)
    const { line } = runtimeJsonLines(file?.endsWith('.json') ? file : undefined)
    return { line: (text) => toldAll(line(text), scope) }
  },
})

/** Lines that an object may take before it says whose it is. */
const headLines = 8

function startsJson(source: Source, at: number, { command, path }: Scope): boolean {
  const first = source.lines[at]?.text ?? ''
  if (!/^\s*["{]/.test(first)) return false
  if (isRuntimeJson(first)) return true
  if (!/^\s*\{/.test(first)) return false
  if (/crictl info/.test(command ?? '') || path?.endsWith('/daemon.json')) return true
  return source.lines.slice(at + 1, at + headLines).some((line) => isRuntimeJson(line.text))
}

const kubeletReader = lineReader({
  format: 'kubelet’s configuration',
  relations: ['settings'],
  open: (scope) => {
    const { line } = kubeletConfigLines(/kubelet.{0,40}\.ya?ml$/.test(scope.path ?? ''))
    return { line: (text) => toldAll(line(text), scope) }
  },
})

/** config.toml, crio.conf, kubelet's flags. */
export const runtimeFilesReader = lineReader({
  format: 'configuration of a container runtime',
  relations: ['settings'],
  open: (scope) => {
    const toml = tomlLines(
      /(?:containerd|k3s|rke2|crio).{0,80}\.(?:toml|tmpl|conf)$|\/config\.toml$/.test(scope.path ?? ''),
    )
    return { line: (text) => toldAll(toml.line(text) ?? parseKubeletFlags(text), scope) }
  },
})

const toldAll = (
  settings: readonly RuntimeSetting[] | undefined,
  scope: Scope,
): readonly Told[] | undefined =>
  settings?.map((row) => ({ relation: 'settings', row: { ...row, ...ofNode(scope) } }))

/** `docker info`, `docker ps`, `crictl ps|pods|images`, banners of the runtimes. */
export const containersReader = lineReader({
  format: 'containers of a host',
  relations: ['settings', 'versions', 'pods'],
  spansBlanks: true,
  open: (scope) => containerLines(scope),
})

function containerLines(scope: Scope): Lines {
  let isInfo = /docker (?:system )?info/.test(scope.command ?? '')
  let isTable = false
  return {
    line: (text) => {
      const banner = parseBanner(text)
      if (banner !== undefined) return [{ relation: 'versions', row: { ...banner, ...ofNode(scope) } }]
      if (isContainerHeader(text)) {
        isTable = true
        return []
      }
      const container = parseContainer(text)
      if (container !== undefined) return containerTold(container, scope)
      if (isTable && isOtherRow(text)) return []
      const info = parseDockerInfo(text, isInfo)
      if (info === undefined) return undefined
      isInfo = true
      return infoTold(info.name, info.value, scope)
    },
  }
}

function infoTold(name: string, value: string, scope: Scope): readonly Told[] {
  const own = ofNode(scope)
  const version = versionsOfInfo.get(name)
  if (name === '' || name === 'Name') return []
  if (version !== undefined) return [{ relation: 'versions', row: { of: version, version: value, ...own } }]
  if (name.startsWith('net.')) return [{ relation: 'settings', row: { of: 'sysctl', name, value, ...own } }]
  const of = /proxy/i.test(name) ? 'proxy' : 'runtime'
  return [{ relation: 'settings', row: { of, in: 'docker info', name, value, ...own } }]
}

const versionsOfInfo: ReadonlyMap<string, string> = new Map([
  ['Server Version', 'docker'],
  ['Kernel Version', 'kernel'],
  ['Operating System', 'os'],
])

function containerTold({ versions, running }: ContainerLine, scope: Scope): readonly Told[] {
  const told: Told[] = versions.map((row) => ({ relation: 'versions', row: { ...row, ...ofNode(scope) } }))
  const component = running === undefined ? undefined : calicoComponentOf(running.pod)
  if (running === undefined || component === undefined || running.container !== 'calico-node') return told
  const node = nodeOrPod(scope)
  const row: PodRow = {
    namespace: running.namespace,
    name: running.pod,
    component,
    restarts: running.restarts,
    containers: [{ name: running.container, init: false, state: 'running', restarts: running.restarts }],
    ...(node !== '' && { node }),
  }
  return [...told, { relation: 'pods', row }]
}
