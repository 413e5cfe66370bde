/**
 * Which way out a kube-apiserver takes, by its flag `--egress-selector-config-file`:
 * kubernetes/kubernetes:staging/src/k8s.io/apiserver/pkg/server/egressselector/config.go.
 *
 * Not imitated: selections other than `cluster`, HTTPConnect, Unix sockets, TLS to the proxy.
 */
import { parse } from 'yaml'
import { directEgress, type Egress } from '#lab/api/egress/egress.ts'
import { tunnelEgress } from '#lab/api/egress/tunnel.ts'
import { asList, asObject, at } from '#lab/api/json.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'

/** The way out of the process; text: why it cannot start. */
export async function egressOf(p: Process): Promise<Egress | string> {
  const path = p.argv.find((word) => word.startsWith(flag))?.slice(flag.length)
  if (path === undefined) return directEgress
  const failed = (why: string): string => `failed to read egress config: ${why}`
  try {
    const selections = asList(asObject(parse(await p.files.read(path))).egressSelections).map(asObject)
    const cluster = selections.find(({ name }) => name === 'cluster')
    if (cluster === undefined || at(cluster, 'connection.proxyProtocol') === 'Direct') return directEgress
    const url = String(at(cluster, 'connection.transport.tcp.url') ?? '')
    const [, address, port] = /^https?:\/\/([\d.]+):(\d+)$/.exec(url) ?? []
    if (address === undefined) return failed(`egressSelections[0].connection.transport.tcp.url: ${url}`)
    return tunnelEgress({ address, port: Number(port) })
  } catch (error) {
    if (!isErrno(error)) throw error
    return failed(
      `unable to read egress selector configuration from ${JSON.stringify(path)} [open ${path}: ${error.message.toLowerCase()}]`,
    )
  }
}

const flag = '--egress-selector-config-file='
