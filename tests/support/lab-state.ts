import type { DirectoryEntry } from '#lab/host/ports.ts'
import type { Lab } from '#lab/lab.ts'

/** Disk folders whose contents are records or caches: they differ between any two histories. */
const records =
  /^\/(var\/log|run|proc|sys|dev|tmp|var\/lib\/(kubelet|containerd|cni|os-update)|etc\/cni\/net\.d\/calico-kubeconfig)(\/|$)/

/**
 * What a lab is set to: every object's spec and every file of every disk, without uids, times, records and what is
 * counted. Keys are `kind namespace/name` and `node:/path`.
 */
export async function stateOfLab(lab: Lab): Promise<Readonly<Record<string, string>>> {
  const state: Record<string, string> = {}
  for (const def of lab.api.state.registry.all()) {
    if (/events|leases|controllerrevisions|endpointslices|endpoints$|ipam|blockaffinities/.test(def.bucket))
      continue
    for (const object of lab.api.state.store.list(def.bucket, {})) {
      const { kind, metadata, spec, data, rules } = object as Readonly<Record<string, unknown>> &
        typeof object
      const generated = kind === 'Pod' && metadata.ownerReferences !== undefined
      if (generated) continue // their sets are compared
      state[`${kind} ${metadata.namespace ?? ''}/${metadata.name}`] = JSON.stringify({
        labels: metadata.labels,
        spec,
        data,
        rules,
      })
    }
  }
  for (const node of lab.nodes) await addFiles(lab, node, '/', state)
  return state
}

async function addFiles(
  lab: Lab,
  node: string,
  folder: string,
  state: Record<string, string>,
): Promise<void> {
  const { files } = lab.machine(node)
  const entries: readonly DirectoryEntry[] = await files.list(folder)
  for (const { name, kind } of entries) {
    const path = folder === '/' ? `/${name}` : `${folder}/${name}`
    if (records.test(path)) continue
    const { mode, uid, gid } = await files.lstat(path)
    const content =
      kind === 'file' ? await files.read(path) : kind === 'symlink' ? await files.readlink(path) : ''
    state[`${node}:${path}`] = `${kind} ${mode.toString(8)} ${uid}:${gid} ${content}`
    if (kind === 'directory') await addFiles(lab, node, path, state)
  }
}
