/**
 * Approves what kubelets ask for themselves, and signs what was approved: kubernetes/kubernetes:pkg/controller/certificates/approver/sarapprove.go,
 * signer/signer.go.
 *
 * Not imitated: signers other than that of kubelets' client certificates, requests of nodes that only now join, the removal of old requests.
 */
import { asList, asObject, asText } from '#lab/api/json.ts'
import { resources } from '#lab/api/ports.ts'
import type { ControllerKit } from '#lab/controllers/kit.ts'
import { clientCertificate } from '#lab/kubelet/certificate-files.ts'
import { type SigningRequest, signerName } from '#lab/kubelet/certificate-rotation.ts'
import { pemOf, type Request, requestOf } from '#lab/network/tls.ts'

const has = ({ status }: SigningRequest, type: string): boolean =>
  status?.conditions?.some((condition) => condition.type === type) === true

export function startCertificates(kit: ControllerKit): void {
  const requests = kit.cache<SigningRequest>(resources.signingRequests, ({ type, object }) => {
    if (type === 'DELETED') return
    approvals.add(object.metadata.name)
    signatures.add(object.metadata.name)
  })
  const approvals = kit.controller('certificate_controller', [requests], async (name, kube) => {
    const request = requests.get(name)
    if (request === undefined || has(request, 'Approved') || has(request, 'Denied')) return
    if (!isOwnClient(request)) return
    const { username, groups } = asObject(request.spec)
    const review = await kube.create(resources.accessReviews, {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      metadata: { name: '' },
      ...{
        spec: {
          user: asText(username) ?? '',
          groups: asList(groups).map(String),
          resourceAttributes: {
            group: 'certificates.k8s.io',
            resource: 'certificatesigningrequests',
            subresource: 'selfnodeclient',
            verb: 'create',
          },
        },
      },
    })
    if (asObject(asObject(review).status).allowed !== true) return
    const conditions = [...(request.status?.conditions ?? []), approved(new Date(kit.p.now()).toISOString())]
    const next = { ...request, status: { ...request.status, conditions } }
    await kube.update(resources.signingRequests, next, { subresource: 'approval' })
  })
  const signatures = kit.controller('certificate_controller', [requests], async (name, kube) => {
    const request = requests.get(name)
    if (request === undefined || !has(request, 'Approved') || request.status?.certificate !== undefined)
      return
    const asked = asked509(request)
    if (request.spec.signerName !== signerName || asked === undefined) return
    const pem = pemOf(clientCertificate(asked.subject, asked.key, kit.p.now()))
    const status = { ...request.status, certificate: Buffer.from(pem).toString('base64') }
    await kube.update(resources.signingRequests, { ...request, status }, { subresource: 'status' })
  })
}

const asked509 = ({ spec }: SigningRequest): Request | undefined =>
  requestOf(Buffer.from(spec.request, 'base64').toString())

/** sarapprove.go (isSelfNodeClientCert): who asks is whom the certificate would name. */
function isOwnClient(request: SigningRequest): boolean {
  const asked = asked509(request)
  const { signerName: signer, username, usages } = request.spec
  return (
    signer === signerName &&
    asked !== undefined &&
    asked.subject === username &&
    asked.subject.startsWith('system:node:') &&
    asked.organizations.join() === 'system:nodes' &&
    usages.includes('client auth')
  )
}

const approved = (time: string) => ({
  type: 'Approved',
  status: 'True',
  reason: 'AutoApproved',
  message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
  lastUpdateTime: time.replace(/\.\d+Z/, 'Z'),
  lastTransitionTime: time.replace(/\.\d+Z/, 'Z'),
})
