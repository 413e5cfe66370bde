/** What proxies on nodes say of their way to the API server: HAProxy, as IBM Cloud's `ibm-master-proxy-static` is. */
import type { Fact, Reads } from '#cluster/facts.ts'
import { placeOfMessage } from '#cluster/queries.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { renderSubject } from '#cluster/subjects.ts'

/** `started`: it has said nothing since it began, and takes all to be well. */
export type MasterWay = 'usual' | 'backup' | 'none' | 'started'

const ways: Readonly<Record<string, MasterWay>> = {
  'haproxy/server-up': 'usual',
  'haproxy/running-on-backup': 'backup',
  'haproxy/no-server': 'none',
  'haproxy/started': 'started',
}

export interface ToldWay {
  readonly way: MasterWay
  readonly row: Fact<MessageRow>
}

/**
 * By which way the proxy of each place goes, by its newest line: it writes only when that changes. Of lines without a time one that says
 * all is well counts as the last, then one that says nothing is left.
 */
export function masterWays(view: Reads<'messages' | 'pods'>): readonly ToldWay[] {
  const told = view.rows('messages').flatMap((row): readonly ToldWay[] => {
    const way = ways[row.message.id]
    return way === undefined || !isOfApi(row) ? [] : [{ way, row }]
  })
  return [...Map.groupBy(told, ({ row }) => renderSubject(placeOfMessage(view, row))).values()].flatMap(
    (own) => own.toSorted(newestFirst).slice(0, 1),
  )
}

function newestFirst(a: ToldWay, b: ToldWay): number {
  const { atMs: left } = a.row
  const { atMs: right } = b.row
  if (left !== undefined && right !== undefined && left !== right) return right - left
  return lastFirst.indexOf(a.way) - lastFirst.indexOf(b.way)
}

const lastFirst: readonly MasterWay[] = ['usual', 'none', 'backup', 'started']

/** Other HAProxies stand in front of applications. */
const isOfApi = ({ message: { id, params } }: MessageRow): boolean =>
  id === 'haproxy/started' || /k8s|kube|api|master|control/i.test(params.backend ?? '')
