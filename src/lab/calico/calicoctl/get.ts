import { datastore } from '#lab/calico/calicoctl/datastore.ts'
import { getNodes } from '#lab/calico/calicoctl/get-nodes.ts'
import { type Options, optionsOf } from '#lab/calico/calicoctl/options.ts'
import { documents, tabbed } from '#lab/calico/calicoctl/print.ts'
import { known, listed, one } from '#lab/calico/calicoctl/read.ts'
import { specOf, toV3 } from '#lab/calico/calicoctl/resources.ts'
import { profiles, workloadEndpoints } from '#lab/calico/calicoctl/workloads.ts'
import type { Process } from '#lab/host/ports.ts'

/** `calicoctl get`. */
export async function get(p: Process, words: readonly string[]): Promise<number> {
  const o = optionsOf(words)
  const [named, ...names] = o.rest
  if (named !== undefined && /^nodes?$|^no$/.test(named)) return getNodes(p, o, names)
  const rows = named === undefined ? undefined : await tableOf(p, named, o)
  if (rows !== undefined) {
    p.stdout.write(`${tabbed(rows)}\n`)
    return 0
  }
  const kind = known(named)
  const kube = await datastore(p)
  const items =
    names.length === 0
      ? await listed(kube, kind, o)
      : await Promise.all(names.map((name) => one(kube, kind, o, name)))
  if (o.output === 'yaml' || o.output === 'json')
    p.stdout.write(
      documents(
        kind.kind,
        items.map((item) => toV3(kind, item)),
        o,
        names.length === 1,
      ),
    )
  else {
    const columns = o.output === 'wide' ? kind.wide : kind.columns
    const withNamespace = kind.namespaced && o.allNamespaces
    const rows = items.map((item) => [
      ...(withNamespace ? [item.metadata.namespace ?? ''] : []),
      item.metadata.name,
      ...columns.map(([, cell]) => cell(specOf(item))),
    ])
    p.stdout.write(
      `${tabbed([[...(withNamespace ? ['NAMESPACE'] : []), 'NAME', ...columns.map(([head]) => head)], ...rows])}\n`,
    )
  }
  return 0
}

/** What calicoctl makes of Kubernetes' own objects; undefined for what Calico stores. */
async function tableOf(p: Process, named: string, o: Options): Promise<readonly string[][] | undefined> {
  const wide = o.output === 'wide'
  if (/^profiles?$/i.test(named)) return profiles(await datastore(p), { wide })
  if (!/^(workloadendpoints?|weps?)$/i.test(named)) return undefined
  const namespace = o.allNamespaces ? undefined : (o.namespace ?? 'default')
  return workloadEndpoints(await datastore(p), { wide, namespace })
}
