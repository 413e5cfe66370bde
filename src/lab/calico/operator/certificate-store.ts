import type { KubeClient } from '#lab/api/client.ts'
import { type Informer, informer } from '#lab/api/informer.ts'
import { isKubeError, resources } from '#lab/api/ports.ts'
import {
  asSecretData,
  isGood,
  issue,
  type KeyPair,
  makeAuthority,
  pairOf,
  type SecretObject,
} from '#lab/calico/operator/certificates.ts'
import type { Certificates } from '#lab/calico/operator/render.ts'
import { operatorNamespace } from '#lab/calico/operator/rendering.ts'
import type { Process } from '#lab/host/ports.ts'

/** A secret that somebody has put there and that cannot be used. */
export interface SecretTrouble {
  readonly trouble: string
}

/**
 * The operator's own secrets, in its own namespace: an authority, and certificates for Typha and its clients. What is missing is
 * made, what the authority has not signed or what is past its time is made again.
 */
export class CertificateStore {
  readonly #p: Process
  readonly #kube: KubeClient
  readonly #secrets: Informer<SecretObject>

  constructor(p: Process, kube: KubeClient, onChange: () => void) {
    this.#p = p
    this.#kube = kube
    const query = { type: resources.secrets, namespace: operatorNamespace }
    this.#secrets = informer<SecretObject>(p, kube, query, { onChange })
  }

  untilSynced(p: Process): Promise<void> {
    return this.#secrets.untilSynced(p.task)
  }

  async ensure(): Promise<Certificates | SecretTrouble> {
    const authority = await this.#pair('tigera-ca-private', undefined, (random) =>
      makeAuthority(random, this.#p.now()),
    )
    if ('trouble' in authority) return authority
    const typha = await this.#issued('typha-certs', 'typha-server', authority)
    if ('trouble' in typha) return typha
    const node = await this.#issued('node-certs', 'typha-client', authority)
    return 'trouble' in node ? node : { authority, typha, node }
  }

  #issued(secret: string, name: string, by: KeyPair): Promise<KeyPair | SecretTrouble> {
    return this.#pair(secret, by, (random) => issue(by, { name, random, nowMs: this.#p.now() }))
  }

  async #pair(
    name: string,
    by: KeyPair | undefined,
    make: (random: Process['random']) => KeyPair,
  ): Promise<KeyPair | SecretTrouble> {
    const known = this.#secrets.get(`${operatorNamespace}/${name}`)
    const pair = pairOf(known)
    if (known && !pair)
      return { trouble: `secret "${operatorNamespace}/${name}" is missing "tls.crt" or "tls.key"` }
    if (pair && (by === undefined || isGood(pair, by, this.#p.now()))) return pair
    const fresh = make(this.#p.random.fork(`${name} ${this.#p.now()}`))
    await this.#write(name, fresh, known)
    return fresh
  }

  async #write(name: string, pair: KeyPair, known: SecretObject | undefined): Promise<void> {
    const data = asSecretData(pair)
    if (known) {
      await this.#kube.update(resources.secrets, { ...known, data })
      return
    }
    const metadata = { name, namespace: operatorNamespace }
    try {
      await this.#kube.create(resources.secrets, {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata,
        ...{ type: 'Opaque', data },
      })
    } catch (error) {
      if (!isKubeError(error, 'AlreadyExists')) throw error
    }
  }
}
