import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Lab } from '#lab/lab.ts'

const control = 'k8s-control-01'
const worker = 'k8s-worker-01'
const kubelet = 'https://k8s-worker-01:10250'
const minute = 60_000

let lab: Lab

const on = async (node: string, command: string): Promise<string> => {
  const { stdout, stderr } = await lab.run(node, ['sh', '-c', command])
  return stdout + stderr
}

const calicoNode = (): Promise<string> =>
  on(
    control,
    `kubectl -n kube-system get pods -l k8s-app=calico-node --field-selector spec.nodeName=${worker} -o name`,
  ).then((name) => name.trim())

const journal = (): Promise<string> => on(worker, 'journalctl -u kubelet --no-pager -o cat')

/** What is answered, and the status on a line of its own. */
const get = (path: string, options = ''): Promise<string> =>
  on(control, `curl -sk -w '\\n%{http_code}' ${options} ${kubelet}${path}`)

describe('a kubelet as kubeadm sets it up', () => {
  beforeAll(async () => {
    lab = await Lab.boot({ seed: 'kubelet-access', nodes: 3 })
  })
  afterAll(() => lab.shutdown())

  test('answers nobody who shows nothing', async () => {
    expect(await get('/pods')).toBe('Unauthorized\n401')
    expect(await get('/healthz')).toBe('Unauthorized\n401')
  })

  test('tells its own machine that it is well, and no other', async () => {
    const health = 'curl -s http://k8s-worker-01:10248/healthz'
    expect(await on(worker, 'curl -s http://localhost:10248/healthz')).toBe('ok')
    expect(await on(worker, `${health} || echo refused`)).toBe('refused\n')
    expect(await on(control, `${health} || echo refused`)).toBe('refused\n')
  })

  test('answers whom the API server lets, by a token or by a certificate', async () => {
    await on(
      control,
      'kubectl -n default create serviceaccount reader; kubectl create clusterrole stats --verb=get --resource=nodes/stats,nodes/log; kubectl create clusterrolebinding stats --clusterrole=stats --serviceaccount=default:reader',
    )
    const token = (await on(control, 'kubectl -n default create token reader')).trim()
    const bearer = `-H "Authorization: Bearer ${token}"`
    expect(await get('/pods', bearer)).toBe(
      'Forbidden (user=system:serviceaccount:default:reader, verb=get, resource=nodes, subresource=proxy)\n403',
    )
    expect(await get('/logs/', bearer)).toMatch(/200$/)
    expect(await get('/pods', '-H "Authorization: Bearer nobodys"')).toBe('Unauthorized\n401')
    expect(await journal()).toContain(
      '"Unable to authenticate the request due to an error" err="invalid bearer token"',
    )
    expect(await get('/healthz', '--cert /etc/kubernetes/pki/apiserver-kubelet-client.crt --key x')).toBe(
      'ok\n200',
    )
    expect(await get('/healthz', '--cert /var/lib/kubelet/pki/kubelet-client-current.pem')).toBe(
      'Forbidden (user=system:node:k8s-control-01, verb=get, resource=nodes, subresource=proxy)\n403',
    )
  })

  test('does not believe a certificate that somebody else has signed', async () => {
    await on(
      control,
      `sed 1d /etc/kubernetes/pki/apiserver-kubelet-client.crt | sed '$d' | base64 -d | sed 's/"issuerKey":"kubernetes-ca"/"issuerKey":"own"/' > /root/body; { echo '-----BEGIN CERTIFICATE-----'; base64 /root/body; echo '-----END CERTIFICATE-----'; } > /root/own.crt`,
    )
    expect(await get('/healthz', '--cert /root/own.crt')).toBe('Unauthorized\n401')
    expect(await journal()).toMatch(
      /err="verifying certificate SN=\d+, SKID=, AKID=[\w:]+ failed: x509: certificate signed by unknown authority"/,
    )
  })
})

describe('a kubelet that cannot ask the API server', () => {
  beforeAll(async () => {
    lab = await Lab.boot({ seed: 'kubelet-cut-off', nodes: 3 })
  })
  afterAll(() => lab.shutdown())

  test('lets in whom it let in five minutes ago, and then nobody', async () => {
    const pod = await calicoNode()
    const exec = `kubectl -n kube-system exec ${pod} -c calico-node -- cat /proc/sys/kernel/hostname`
    const logs = `kubectl -n kube-system logs ${pod} -c calico-node --tail 1`
    expect(await on(control, exec)).toBe(`${worker}\n`)
    expect(await on(control, logs)).not.toContain('rror')
    await on(worker, 'iptables -I OUTPUT -p tcp --dport 6443 -j REJECT')
    await lab.advance(3 * minute)
    expect(await on(control, exec)).toBe(`${worker}\n`)
    await lab.advance(3 * minute)
    expect(await on(control, exec)).toBe(
      'error: Internal error occurred: unable to upgrade connection: Authorization error (user=kube-apiserver-kubelet-client, verb=create, resource=nodes, subresource=proxy)\n',
    )
    expect(await on(control, logs)).toBe(
      'Error from server (InternalError): Internal error occurred: Authorization error (user=kube-apiserver-kubelet-client, verb=get, resource=nodes, subresource=proxy)\n',
    )
    const lines = await journal()
    const asked = 'Post "https://10.0.0.11:6443/apis/authorization.k8s.io/v1/subjectaccessreviews"'
    expect(lines).toContain(`webhook.go:253] Failed to make webhook authorizer request: ${asked}`)
    expect(lines).toMatch(
      /"Authorization error" err="Post .*connection refused" user="kube-apiserver-kubelet-client" verb="get" resource="nodes" subresource="proxy"/,
    )
    await on(worker, 'iptables -D OUTPUT -p tcp --dport 6443 -j REJECT')
    expect(await on(control, exec)).toBe(`${worker}\n`)
  })
})

describe('a kubelet that is told otherwise', () => {
  const config = '/var/lib/kubelet/config.yaml'
  beforeEach(async () => {
    lab = await Lab.boot({ seed: 'kubelet-told', nodes: 3 })
    return () => lab.shutdown()
  })

  const told = async (change: string): Promise<void> => {
    await on(worker, `${change}; systemctl restart kubelet`)
    await lab.advance(minute)
  }

  test('answers everybody', async () => {
    await told(`sed -i 's/mode: Webhook/mode: AlwaysAllow/; s/enabled: false/enabled: true/' ${config}`)
    expect(await get('/healthz')).toBe('ok\n200')
  })

  test('knows no certificates, and so not the API server', async () => {
    await told(`sed -i '/clientCAFile/d' ${config}`)
    const logs = `kubectl -n kube-system logs ${await calicoNode()} -c calico-node --tail 1`
    expect(await on(control, logs)).toMatch(
      /^error: You must be logged in to the server \(the server has asked for the client to provide credentials \( pods\/log calico-node-\w{5}\)\)\n$/,
    )
  })

  test('does not start without the file of its authorities', async () => {
    await told('mv /etc/kubernetes/pki/ca.crt /root')
    expect(await journal()).toContain(
      '"command failed" err="failed to construct kubelet dependencies: unable to load client CA file /etc/kubernetes/pki/ca.crt: open /etc/kubernetes/pki/ca.crt: no such file or directory"',
    )
  })

  test('serves what may be read on a port of its own', async () => {
    const read = (path: string): Promise<string> => on(control, `curl -s http://${worker}:10255${path}`)
    expect(await read('/healthz')).toBe('')
    await told(`echo 'readOnlyPort: 10255' >> ${config}`)
    expect(await read('/healthz')).toBe('ok')
    expect(await read('/logs/')).toBe('Debug endpoints are disabled.\n')
  })
})
