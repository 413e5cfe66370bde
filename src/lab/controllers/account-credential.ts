/**
 * The service account that a controller acts as: staging:controller-manager/pkg/clientbuilder/client_builder_dynamic.go.
 * The account is made when it is missing; its token lasts an hour and is asked for anew at 80 % of that.
 */
import type { KubeClient, KubeClientOptions } from '#lab/api/client.ts'
import { isKubeError, type ObjectRef, resources } from '#lab/api/ports.ts'
import { unless } from '#lab/controllers/expected.ts'

const namespace = 'kube-system'
const lifeSeconds = 3600
const usedShare = 0.8

/** Credentials of `kube-system/<account>`, fetched by the process's own client. */
export function accountCredential(
  kube: KubeClient,
  account: string,
): NonNullable<KubeClientOptions['credential']> {
  let token = ''
  let untilMs = 0
  return (thread) => {
    if (thread.now() < untilMs) return { token }
    return requested(kube.by(thread), account).then((fresh) => {
      token = fresh
      untilMs = thread.now() + lifeSeconds * usedShare * 1000
      return { token }
    })
  }
}

async function requested(kube: KubeClient, account: string): Promise<string> {
  const ref: ObjectRef = { type: resources.serviceAccounts, namespace, name: account }
  try {
    await kube.get(ref)
  } catch (error) {
    if (!isKubeError(error, 'NotFound')) throw error
    const made = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: account, namespace },
    }
    await unless('AlreadyExists', kube.create(resources.serviceAccounts, made))
  }
  const answer = await kube.post(ref, 'token', {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { audiences: [], expirationSeconds: lifeSeconds },
  })
  return (answer as { readonly status: { readonly token: string } }).status.token // a TokenRequest
}
