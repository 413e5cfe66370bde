import type { KubeClient } from '#lab/api/client.ts'
import { type Informer, informer } from '#lab/api/informer.ts'
import type { Draft, KubeObject } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { calicoDefinitionDrafts } from '#lab/calico/manifests/definitions.ts'
import { covers } from '#lab/calico/operator/covers.ts'
import { operatorDefinitions } from '#lab/calico/operator/definitions.ts'
import type { Process } from '#lab/host/ports.ts'

type Definition = KubeObject & { readonly spec: object }

/**
 * The CustomResourceDefinitions that are built into an operator. One that is told to (`-manage-crds=true`, as tigera-operator.yaml says from
 * Calico 3.30 on) makes them as they should be, so that they follow it when it becomes another release; others leave them to whoever applies
 * that manifest, which holds them. Those that a newer release has no more stay.
 *
 * @see tigera/operator:main.go, pkg/crds/crds.go (Ensure), pkg/controller/installation/core_controller.go (manageCRDs)
 */
export class OwnDefinitions {
  readonly #kube: KubeClient
  readonly #wanted: readonly Draft<KubeObject>[]
  readonly #present: Informer<Definition>

  constructor(p: Process, kube: KubeClient, o: { readonly version: string; readonly onChange: () => void }) {
    this.#kube = kube
    this.#wanted = [...calicoDefinitionDrafts(o.version), ...operatorDefinitions(o.version)]
    this.#present = informer<Definition>(
      p,
      kube,
      { type: resources.definitions },
      {
        onChange: ({ object, previous }) => {
          if (object.metadata.generation !== previous?.metadata.generation) o.onChange()
        },
      },
    )
  }

  /** `undefined`: nobody told this operator to. */
  static of(
    p: Process,
    kube: KubeClient,
    o: { readonly version: string; readonly onChange: () => void },
  ): OwnDefinitions | undefined {
    return p.argv.includes('-manage-crds=true') ? new OwnDefinitions(p, kube, o) : undefined
  }

  async untilSynced(p: Process): Promise<void> {
    await this.#present.untilSynced(p.task)
  }

  /** Rejects as the API client does. */
  async ensure(): Promise<void> {
    for (const wanted of this.#wanted) await this.#one(wanted)
  }

  async #one(wanted: Draft<KubeObject>): Promise<void> {
    const known = this.#present.get(wanted.metadata.name ?? '')
    if (known === undefined) {
      await this.#kube.create(resources.definitions, wanted)
      return
    }
    const { spec } = wanted as unknown as Definition // every definition has one
    if (known.metadata.deletionTimestamp !== undefined || isRight(known.spec, spec)) return
    await this.#kube.update<Definition>(resources.definitions, { ...known, spec })
  }
}

/** But for what the server fills in. */
const isRight = (actual: object, wanted: object): boolean =>
  covers(actual, { conversion: { strategy: 'None' }, ...wanted })
