import type { Kube } from '#lab/api/ports.ts'
import { type Kubelet, podReference } from '#lab/kubelet/context.ts'
import type { EnvContext } from '#lab/kubelet/pod-env.ts'
import { MountTrouble, type PreparedVolumes, prepareVolumes } from '#lab/kubelet/pod-volumes.ts'
import type { HeldToken } from '#lab/kubelet/projected.ts'

const renewAgainMs = 60_000
/** The longest back-off of an operation on a volume (pkg/util/goroutinemap/exponentialbackoff). */
const remountMs = 122_000

/** The volumes of one pod for as long as it is here: mounted once, and brought up to date when what fills them has changed. */
export class PodMounts {
  readonly #kubelet: Kubelet
  readonly #outdated: () => void
  readonly #tokens = new Map<string, HeldToken>()
  #volumes: PreparedVolumes | undefined
  #isOutdated = false

  /** `outdated`: what the volumes were filled from has changed; {@link ensure} brings them up to date. */
  constructor(kubelet: Kubelet, outdated: () => void) {
    this.#kubelet = kubelet
    this.#outdated = outdated
  }

  /** Volume name → path on the machine; none before {@link ensure} has mounted them all. */
  get paths(): ReadonlyMap<string, string> {
    return this.#volumes?.paths ?? new Map<string, string>()
  }

  /** When mounted tokens have to be renewed, or a volume that could not be brought up to date is tried again. */
  get refreshMs(): number | undefined {
    return this.#volumes?.refreshMs
  }

  /** Mounts what is not mounted yet, renews what is due. Answers the volume that could not be mounted; its event is recorded. */
  async ensure(kube: Kube, context: EnvContext): Promise<string | undefined> {
    const { machine, objects, p } = this.#kubelet
    const nowMs = p.now()
    const isDue = (this.refreshMs ?? Number.POSITIVE_INFINITY) <= nowMs
    if (this.#volumes !== undefined && !isDue && !this.#isOutdated) return undefined
    this.#isOutdated = false
    try {
      this.#volumes = await prepareVolumes(machine.files, kube, { ...context, nowMs, tokens: this.#tokens })
      objects.mounted(context.pod.metadata.uid, context.objects.seen(), () => this.#changed())
      return undefined
    } catch (error) {
      if (!(error instanceof MountTrouble)) throw error
      return this.#failed(error, context, nowMs)
    }
  }

  #changed(): void {
    if (this.#isOutdated) return
    this.#isOutdated = true
    this.#outdated()
  }

  /** What was never mounted keeps the pod from starting; what cannot be renewed now stays as it is. */
  #failed(trouble: MountTrouble, { pod }: EnvContext, nowMs: number): string | undefined {
    if (this.#volumes === undefined || trouble.isMissing) {
      const message = `MountVolume.SetUp failed for volume "${trouble.volume}" : ${trouble.message}`
      const about = podReference(pod)
      this.#kubelet.events.record({ about, type: 'Warning', reason: 'FailedMount', message })
    }
    if (this.#volumes === undefined) return trouble.volume
    const refreshMs = nowMs + (trouble.isMissing ? remountMs : renewAgainMs)
    this.#volumes = { ...this.#volumes, refreshMs }
    return undefined
  }
}
