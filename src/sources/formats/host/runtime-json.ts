/** JSON of `crictl info` and daemon.json, read line by line: most of what people paste of it is cut. */
import type { RuntimeSetting } from '#sources/formats/host/runtime-files.ts'

/** Lines below each other, each with the object it stands in. */
export interface JsonLines {
  readonly line: (text: string) => readonly RuntimeSetting[] | undefined
}

/**
 * @param file the file that was shown, where it is Docker's
 * @see kubernetes-sigs/cri-tools:cmd/crictl/info.go; containerd/containerd:internal/cri/server/status.go
 */
export function runtimeJsonLines(file: string | undefined): JsonLines {
  const path: string[] = []
  let condition = ''
  return {
    line: (text) => {
      if (!/^\s*["[\]{}]/.test(text)) return undefined
      const settings = [...dockerOptions(text)]
      for (const { groups } of text.matchAll(token)) {
        if (groups?.open !== undefined || groups?.item !== undefined) path.push(groups.key ?? '')
        else if (groups?.close !== undefined) path.pop()
        else if (groups?.key !== undefined) {
          const value = valueIn(groups)
          if (groups.key === 'type' && /^\w+Ready$/.test(value)) condition = value
          settings.push(...leaf({ key: groups.key, value, path, condition, file }))
        }
      }
      return settings
    },
  }
}

const token =
  /"(?<key>[\w.\-/]{1,120})"\s*:\s*(?:(?<open>[{[])|"(?<text>(?:[^"\\]|\\.){0,3000})"|(?<bare>true|false|null|-?[\d.]{1,20}))|"(?:[^"\\]|\\.){0,3000}"|(?<close>[\]}])|(?<item>[{[])/g

const valueIn = (groups: Readonly<Record<string, string | undefined>>): string =>
  groups.text?.replaceAll('\\"', '"').replaceAll('\\\\', '\\') ?? groups.bare ?? ''

interface Leaf {
  readonly key: string
  readonly value: string
  readonly path: readonly string[]
  readonly condition: string
  readonly file: string | undefined
}

function leaf({ key, value, path, condition, file }: Leaf): readonly RuntimeSetting[] {
  // `"status": false` below `"type": "NetworkReady"`.
  if (key === 'status' && condition !== '' && /^(?:true|false)$/.test(value))
    return [{ of: 'runtime', name: condition, value }]
  if (key === 'reason' && condition !== '' && value !== '')
    return [{ of: 'runtime', name: `${condition}.reason`, value }]
  if (key === 'message' && condition !== '' && value !== '')
    return [{ of: 'runtime', name: `${condition}.message`, value }]
  const where = path.filter((part) => part !== '').join('.')
  if (!kept.test(key) || value === '') return []
  return [{ of: 'runtime', name: key, value, ...((file ?? where) && { in: file ?? where }) }]
}

/** What decides something here; the rest of `crictl info` is as long as containerd's whole configuration. */
const kept =
  /^(?:lastCNILoadStatus(?:\.\w+)?|[sS]ystemdCgroup|systemd_cgroup|sandboxImage|snapshotter|defaultRuntimeName|binDir|confDir|NetworkPlugin\w+|PluginMaxConfNum|Prefix|cgroup(?:Driver|Manager|Path)|CgroupDriver|storage-driver|cgroup-parent|iptables|ip-forward|ip-masq|bip|bridge|mtu|data-root|log-driver|userland-proxy|live-restore|userns-remap|hairpinMode)$/

/** `"exec-opts": ["native.cgroupdriver=systemd"]`, on one line or several. */
const dockerOptions = (text: string): readonly RuntimeSetting[] =>
  [...text.matchAll(/"native\.cgroupdriver=(?<value>\w{2,20})"/g)].map(({ groups }) => ({
    of: 'runtime',
    name: 'native.cgroupdriver',
    value: groups?.value ?? '',
  }))

/** The line alone says that it is one of these programs' JSON. */
export const isRuntimeJson = (line: string): boolean =>
  /"(?:lastCNILoadStatus(?:\.\w+)?|cniconfig|exec-opts|storage-driver|[sS]ystemdCgroup|native\.cgroupdriver=\w+|NetworkPluginConfDir|sandboxImage|registry-mirrors|insecure-registries|log-driver)"|"type"\s*:\s*"(?:RuntimeReady|NetworkReady)"/.test(
    line,
  )
