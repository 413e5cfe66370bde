import { parse } from 'yaml'
import { kubeClient } from '#lab/api/client.ts'
import { isObject } from '#lab/api/json.ts'
import type { Kube } from '#lab/api/ports.ts'
import { Refusal } from '#lab/calico/calicoctl/refusal.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'

/** By $KUBECONFIG, /etc/calico/calicoctl.cfg or ~/.kube/config, as the user of its current context. */
export async function datastore(p: Process): Promise<Kube> {
  const path = p.env['KUBECONFIG'] ?? (await configured(p)) ?? `${p.env['HOME'] ?? '/root'}/.kube/config`
  let config: unknown
  try {
    config = parse(await p.files.read(path))
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new Refusal(
      'Failed to create Calico API client: invalid configuration: no configuration has been provided, try setting KUBERNETES_MASTER environment variable',
    )
  }
  const first = (list: unknown): unknown => (Array.isArray(list) ? list[0] : undefined)
  const part = (value: unknown, key: string): unknown => (isObject(value) ? value[key] : undefined)
  const server = part(part(first(part(config, 'clusters')), 'cluster'), 'server')
  const entry = first(part(config, 'users'))
  const token = part(part(entry, 'user'), 'token')
  const user = String(part(entry, 'name') ?? '')
  if (typeof server !== 'string')
    throw new Refusal('Failed to create Calico API client: invalid configuration: no server found')
  return kubeClient(p, {
    server: server.replace(/^https:\/\//, ''),
    ...(typeof token === 'string'
      ? { token }
      : { user, groups: user === 'kubernetes-admin' ? ['kubeadm:cluster-admins'] : [] }),
    timeoutMs: 30_000,
  })
}

async function configured(p: Process): Promise<string | undefined> {
  if (!(await p.files.exists('/etc/calico/calicoctl.cfg'))) return undefined
  return /kubeconfig:\s*"?([^"\s]+)/.exec(await p.files.read('/etc/calico/calicoctl.cfg'))?.[1]
}
