import { stringify } from 'yaml'
import type { LabTls } from '#lab/serve/tls/lab-tls.ts'

/**
 * The kubeconfig of a served lab: by TLS with the owner's client certificate, and a second context without TLS. Every name
 * in it says that it is a lab's, so that nobody takes it for a real cluster.
 */
export function labKubeconfig({
  name,
  port,
  tls,
}: {
  readonly name: string
  readonly port: number
  readonly tls: LabTls
}): string {
  const lab = `ninelives-lab-${name}`
  const plain = `${lab}-plain`
  const data = (pem: string): string => Buffer.from(pem).toString('base64')
  const secure = {
    'certificate-authority-data': data(tls.authority),
    server: `https://127.0.0.1:${port}`,
  }
  const admin = { 'client-certificate-data': data(tls.admin.cert), 'client-key-data': data(tls.admin.key) }
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': lab,
      clusters: [
        { name: lab, cluster: secure },
        { name: plain, cluster: { server: `http://127.0.0.1:${port}` } },
      ],
      users: [
        { name: lab, user: admin },
        { name: plain, user: {} },
      ],
      contexts: [
        { name: lab, context: { cluster: lab, user: lab } },
        { name: plain, context: { cluster: plain, user: plain } },
      ],
    },
    { lineWidth: 0 },
  )
}
