import type { KubeClient } from '#lab/api/client.ts'
import { type Informer, informer } from '#lab/api/informer.ts'
import type { SecretKeyRef } from '#lab/api/objects/calico.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import type { Log } from '#lab/calico/log.ts'
import { reflectorFailure } from '#lab/calico/reflector-log.ts'
import type { Process } from '#lab/host/ports.ts'

interface Secret extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
}

const patienceMs = 500
const lookMs = 100

/**
 * BGP passwords: each secret that is referred to is watched by itself, in the namespace that NAMESPACE names
 * (projectcalico/calico:confd/pkg/backends/calico/secret_watcher.go). One that cannot be listed is waited for half a second;
 * when it comes later, the peerings are worked out again.
 */
export class SecretWatcher {
  readonly #p: Process
  readonly #kube: KubeClient
  readonly #log: Log
  readonly #onChange: () => void
  readonly #watches = new Map<string, Informer<Secret>>()
  readonly #namespace: string

  constructor(
    p: Process,
    o: { readonly kube: KubeClient; readonly log: Log; readonly onChange: () => void },
  ) {
    this.#p = p
    this.#kube = o.kube
    this.#log = o.log
    this.#onChange = o.onChange
    this.#namespace = p.env.NAMESPACE || 'kube-system'
  }

  /** Watches these and no others; returns once each has been listed, or given up for now. */
  async watch(references: readonly SecretKeyRef[]): Promise<void> {
    const names = new Set(references.flatMap(({ secretKeyRef }) => secretKeyRef?.name ?? []))
    for (const [name, watch] of this.#watches)
      if (!names.has(name)) {
        watch.stop()
        this.#watches.delete(name)
      }
    for (const name of names) if (!this.#watches.has(name)) await this.#start(name)
  }

  /** The password, or why there is none. */
  read({
    name,
    key,
  }: NonNullable<SecretKeyRef['secretKeyRef']>):
    | { readonly ok: true; readonly password: string }
    | { readonly ok: false; readonly error: string } {
    const secret = this.#watches.get(name)?.get(`${this.#namespace}/${name}`)
    if (!secret) return { ok: false, error: `no data available for secret ${name}` }
    const encoded = secret.data?.[key]
    if (encoded === undefined) return { ok: false, error: `secret ${name} does not have key ${key}` }
    return { ok: true, password: Buffer.from(encoded, 'base64').toString('utf8') }
  }

  async #start(name: string): Promise<void> {
    const query = {
      type: resources.secrets,
      namespace: this.#namespace,
      fieldSelector: `metadata.name=${name}`,
    }
    const watch = informer<Secret>(this.#p, this.#kube, query, {
      onChange: () => {
        this.#log.info('client.go 1577', 'Trigger to recheck BGP peers following possible password update')
        this.#onChange()
      },
      onError: ({ error, during }) => reflectorFailure(this.#p, { during, what: '*v1.Secret', error }),
    })
    this.#watches.set(name, watch)
    for (let waitedMs = 0; !watch.synced; waitedMs += lookMs) {
      if (waitedMs > patienceMs) {
        const says = `Controller for secret '${name}' did not sync within ${patienceMs}ms`
        this.#log.warn('secret_watcher.go 141', says)
        return
      }
      await this.#p.sleep(lookMs)
    }
  }
}
