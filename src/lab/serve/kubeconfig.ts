import { stringify } from 'yaml'

/** The kubeconfig of a served lab. Every name in it says that it is one, so that nobody takes it for a real cluster. */
export function labKubeconfig({ name, port }: { readonly name: string; readonly port: number }): string {
  const lab = `ninelives-lab-${name}`
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': lab,
    clusters: [{ name: lab, cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: lab, user: {} }],
    contexts: [{ name: lab, context: { cluster: lab, user: lab } }],
  })
}
