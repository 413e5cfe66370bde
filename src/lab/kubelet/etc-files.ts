import type { Files, Mount } from '#lab/host/ports.ts'
import type { EnvContext } from '#lab/kubelet/pod-env.ts'
import { podDirectory } from '#lab/kubelet/pod-volumes.ts'

export interface DnsConfig {
  readonly servers: readonly string[]
  readonly domain: string
}

/** /etc/hosts and /etc/resolv.conf as kubelet writes them for a pod, and where they belong in its containers. */
export async function etcMounts(
  o: EnvContext & { readonly files: Files; readonly dns: DnsConfig },
): Promise<readonly Mount[]> {
  const directory = podDirectory(o.pod.metadata.uid)
  const hosts = `${directory}/etc-hosts`
  const resolv = `${directory}/resolv.conf`
  await o.files.mkdir(directory, { parents: true })
  await o.files.write(hosts, await hostsFile(o), { mode: 0o644 })
  await o.files.write(resolv, await resolvConf(o), { mode: 0o644 })
  return [
    { path: '/etc/hosts', source: { kind: 'bind', from: hosts } },
    { path: '/etc/resolv.conf', source: { kind: 'bind', from: resolv } },
  ]
}

async function hostsFile(o: EnvContext & { readonly files: Files }): Promise<string> {
  if (o.pod.spec.hostNetwork) {
    const own = (await o.files.exists('/etc/hosts')) ? await o.files.read('/etc/hosts') : ''
    return `# Kubernetes-managed hosts file (host network).\n${own}`
  }
  return [
    '# Kubernetes-managed hosts file.',
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'fe00::0\tip6-mcastprefix',
    'fe00::1\tip6-allnodes',
    'fe00::2\tip6-allrouters',
    `${o.podIp ?? ''}\t${o.pod.metadata.name}`,
    '',
  ].join('\n')
}

async function resolvConf(
  o: EnvContext & { readonly files: Files; readonly dns: DnsConfig },
): Promise<string> {
  const policy = o.pod.spec.dnsPolicy ?? 'ClusterFirst'
  const useCluster =
    policy === 'ClusterFirstWithHostNet' || (policy === 'ClusterFirst' && o.pod.spec.hostNetwork !== true)
  if (!useCluster) return (await o.files.exists('/etc/resolv.conf')) ? o.files.read('/etc/resolv.conf') : ''
  const namespace = o.pod.metadata.namespace ?? 'default'
  const { domain, servers } = o.dns
  return [
    `search ${namespace}.svc.${domain} svc.${domain} ${domain}`,
    ...servers.map((server) => `nameserver ${server}`),
    'options ndots:5',
    '',
  ].join('\n')
}
