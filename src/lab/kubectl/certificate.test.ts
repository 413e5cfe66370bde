import { expect, test } from 'vitest'
import { labKubectl } from '#lab/kubectl/lab-kubectl.ts'
import { Lab } from '#lab/lab.ts'

const request = (name: string): string =>
  JSON.stringify({
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name },
    spec: {
      request: btoa('-----BEGIN CERTIFICATE REQUEST-----\nAA==\n-----END CERTIFICATE REQUEST-----\n'),
      signerName: 'example.com/nobody',
      usages: ['client auth'],
    },
  })

test('requests for certificates are approved and denied', async () => {
  const lab = await Lab.boot({ seed: '1', nodes: 2 })
  const kubectl = async (line: string, stdin = ''): Promise<string> => {
    const { stdout, stderr } = await labKubectl(lab, line, { stdin })
    return stdout + stderr
  }
  for (const name of ['good', 'bad'])
    expect(await kubectl('create -f -', request(name))).toContain(`${name} created`)
  expect(await kubectl('certificate approve good')).toBe(
    'certificatesigningrequest.certificates.k8s.io/good approved\n',
  )
  expect(await kubectl('certificate deny bad')).toBe(
    'certificatesigningrequest.certificates.k8s.io/bad denied\n',
  )
  expect(await kubectl('get csr good --no-headers')).toMatch(/ Approved *$/m)
  expect(await kubectl('get csr bad --no-headers')).toMatch(/ Denied *$/m)
  expect(await kubectl("get csr good -o jsonpath='{.status.conditions[0].reason}'")).toBe('KubectlApprove')
  expect(await kubectl('certificate approve nobody')).toContain('"nobody" not found')
  await lab.shutdown()
})
