/** Configuration of containerd, CRI-O and Docker, and of kubelet, as their files and command lines hold it. */

export interface RuntimeSetting {
  readonly of: 'runtime' | 'kubelet'
  readonly name: string
  readonly value: string
  /** The section of a TOML file, or the path of a JSON one. */
  readonly in?: string
}

export interface RuntimeLines {
  readonly line: (text: string) => readonly RuntimeSetting[] | undefined
}

/**
 * TOML lines of containerd and CRI-O, whole files or a key alone where its name belongs to no other program.
 *
 * @param isShown the file is known to be one of theirs
 * @see containerd/containerd:docs/cri/config.md; cri-o/cri-o:docs/crio.conf.5.md
 */
export function tomlLines(isShown: boolean): RuntimeLines {
  let section: string | undefined
  return {
    line: (text) => {
      const missing = saidMissing(text)
      if (missing !== undefined) return [missing]
      const head = /^\s*\[{1,2}(?<name>[\w."'-]{1,200})\]{1,2}\s*(?<rest>.*)$/.exec(text)?.groups
      if (head?.name !== undefined) {
        if (!(isShown || section !== undefined || ownSection.test(head.name))) return undefined
        section = head.name
        const inline = head.rest === '' || head.rest === undefined ? undefined : keyValue(head.rest)
        return inline === undefined ? [] : [{ of: 'runtime', in: section, ...inline }]
      }
      const isOpen = isShown || section !== undefined
      if (isOpen && /^\s*(?:#|["'][^"']{0,200}["'],?$|\],?$)/.test(text)) return []
      const found = keyValue(text)
      if (found === undefined || !(isOpen || ownKey.test(found.name))) return undefined
      return [{ of: 'runtime', ...found, ...(section !== undefined && { in: section }) }]
    },
  }
}

/** `[…runtimes.nvidia.options] SystemdCgroup missing`: that a key is not there, as people note it beside its section. */
function saidMissing(text: string): RuntimeSetting | undefined {
  const m =
    /^\s*(?:\[{1,2}(?<section>[\w.…"'-]{1,200})\]{1,2}\s+)?(?<name>SystemdCgroup|systemd_cgroup)\s+(?:is |was )?(?:missing|not (?:set|present|there|defined|given|in it|in the file)|unset|absent)\b/.exec(
      text,
    )?.groups
  if (m?.name === undefined) return undefined
  return { of: 'runtime', name: m.name, value: 'unset', ...(m.section !== undefined && { in: m.section }) }
}

const ownSection =
  /^(?:plugins?\.|plugins$|crio\b|cgroup$|grpc$|debug$|timeouts$|stream_processors|proxy_plugins|ttrpc$|metrics$)/

const ownKey =
  /^(?:SystemdCgroup|systemd_cgroup|disabled_plugins|sandbox_image|cgroup_manager|conmon_cgroup|bin_dir|conf_dir|conf_template|max_conf_num|network_dir|plugin_dirs|cni_default_network|enable_selinux|snapshotter|default_runtime_name|pinns_path)$/

/** `SystemdCgroup = true`; behind a value of a known form people may go on writing. */
function keyValue(text: string): { readonly name: string; readonly value: string } | undefined {
  const m =
    /^\s*(?<name>[A-Za-z][\w-]{1,60})\s{0,8}=\s{0,8}(?:"(?<double>[^"]{0,500})"|'(?<single>[^']{0,500})'|(?<list>\[[^\]]{0,800}\]?)|(?<bare>true|false|-?\d[\w.:-]{0,40}))(?=$|[\s,;.])/.exec(
      text,
    )?.groups
  const value = m?.double ?? m?.single ?? m?.list ?? m?.bare
  return m?.name === undefined || value === undefined ? undefined : { name: m.name, value: value.trim() }
}

/**
 * Lines of KubeletConfiguration: its keys at the margin, nested ones by path.
 *
 * @param isShown the file is known to be kubelet's
 * @see kubernetes/kubernetes:staging/src/k8s.io/kubelet/config/v1beta1/types.go
 */
export function kubeletConfigLines(isShown: boolean): RuntimeLines {
  let isOpen = isShown
  const parents: { readonly margin: number; readonly name: string }[] = []
  return {
    line: (text) => {
      if (/^(?:apiVersion: kubelet\.config\.k8s\.io\/|kind: KubeletConfiguration\b)/.test(text)) {
        isOpen = true
        return []
      }
      const m = /^(?<margin>\s{0,12})(?<name>[a-z]\w{0,60}):(?:\s+(?<value>\S.{0,300})?)?$/.exec(text)?.groups
      if (m?.name === undefined) return isOpen && /^\s*(?:- |#|---$)/.test(text) ? [] : undefined
      if (!(isOpen || (m.value !== undefined && ownKubeletKey.test(m.name)))) return undefined
      const margin = m.margin?.length ?? 0
      while (margin <= (parents.at(-1)?.margin ?? -1)) parents.pop()
      if (m.value === undefined) {
        parents.push({ margin, name: m.name })
        return []
      }
      const name = [...parents.map((parent) => parent.name), m.name].join('.')
      return [{ of: 'kubelet', name, value: m.value.replace(/^["']|["']$/g, '') }]
    },
  }
}

const ownKubeletKey =
  /^(?:cgroupDriver|resolvConf|containerRuntimeEndpoint|cgroupsPerQOS|failSwapOn|hairpinMode|makeIPTablesUtilChains|serializeImagePulls|maxPods|podPidsLimit)$/

/** Flags of kubelet in a line of ps, a unit, an environment file, or a flag alone that only kubelet has. */
export function parseKubeletFlags(line: string): readonly RuntimeSetting[] | undefined {
  if (!line.includes('--')) return undefined
  const isKubelet = /(?:^|[\s/"'=])kubelet(?:\s|\.service|$)|KUBELET_\w{2,40}_?ARGS|KUBELET_\w{2,40}=/.test(
    line,
  )
  const isAlone = /^\s*(?:- )?["']?--[\w-]{3,60}(?:[= ]|$)/.test(line)
  if (!isKubelet && !isAlone) return undefined
  const flags = [
    ...line.matchAll(
      /(?:^|[\s"'=])--(?<name>[a-z][\w-]{2,60})(?:[= ](?<value>[^\s"'\\-][^\s"'\\]{0,300}))?/g,
    ),
  ]
  const settings = flags.flatMap(({ groups }): readonly RuntimeSetting[] =>
    groups?.name === undefined || (!isKubelet && !ownFlag.test(groups.name))
      ? []
      : [{ of: 'kubelet', name: groups.name, value: groups.value ?? 'true' }],
  )
  return settings.length === 0 ? undefined : settings
}

const ownFlag =
  /^(?:cgroup-driver|network-plugin|cni-bin-dir|cni-conf-dir|node-ip|pod-infra-container-image|container-runtime(?:-endpoint)?|resolv-conf|runtime-cgroups|kubelet-cgroups|fail-swap-on|network-plugin-mtu|image-service-endpoint)$/
