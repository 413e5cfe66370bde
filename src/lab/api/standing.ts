import { Heartbeat } from '#lab/api/heartbeat.ts'
import { keyOfObject, type Store } from '#lab/api/store.ts'
import type { Renewal } from '#lab/api/wire.ts'

/** Renewals of one object that rest (docs/decisions/0012): no tick of theirs is carried out, and all of them count. */
export interface StandingBeat {
  readonly bucket: string
  readonly key: string
  /** Stores what the last tick up to now would have stored. */
  catchUp(): void
  /** Goes on at its next tick. */
  stir(): void
}

/** What a server says to who renews an object again and again. */
export interface Standing {
  /** Whether nobody would hear of each renewal. */
  readonly mayRest: () => boolean
  /** Until it is taken back, the beat catches up before anybody reads what it renews. */
  readonly rest: (beat: Pick<StandingBeat, 'catchUp' | 'stir'>) => () => void
  /** The renewal that a tick of a while ago would have been, whatever stands in the way now. */
  readonly late: (next: Renewal) => Heartbeat | undefined
}

/** The groups whose objects say who may write what. */
const refusing = ['admissionregistration.k8s.io/', 'rbac.authorization.k8s.io/']

/**
 * The renewals that rest, of all objects of a server. An object that is read has been renewed by then; where somebody watches
 * objects of its kind, each renewal is carried out when it is due.
 */
export class StandingBeats {
  readonly #store: Store
  readonly #beats = new Map<string, Set<StandingBeat>>()
  /** How many watches there are whose clients wait for what they are told. */
  readonly #watches = new Map<string, number>()

  constructor(store: Store) {
    this.#store = store
    // What is refused from now on was allowed until now.
    store.beforeWrite = (bucket) => {
      if (refusing.some((group) => bucket.startsWith(group)))
        for (const each of this.#beats.keys()) this.catchUp(each)
    }
  }

  rest(beat: StandingBeat): () => void {
    const beats = this.#beatsOf(beat.bucket).add(beat)
    return () => beats.delete(beat)
  }

  #beatsOf(bucket: string): Set<StandingBeat> {
    const known = this.#beats.get(bucket)
    if (known !== undefined) return known
    const beats = new Set<StandingBeat>()
    this.#beats.set(bucket, beats)
    // What somebody else has written, or removed, is found at the next tick.
    this.#store.attend(bucket, (change) => {
      if (change instanceof Heartbeat || beats.size === 0) return
      const key = keyOfObject(change.object)
      for (const beat of [...beats]) if (beat.key === key) beat.stir()
    })
    return beats
  }

  mayRest(bucket: string): boolean {
    return (this.#watches.get(bucket) ?? 0) === 0
  }

  /** Before objects of this bucket are read, or the one of this key. */
  catchUp(bucket: string, key?: string): void {
    const beats = this.#beats.get(bucket)
    if (beats === undefined) return
    for (const beat of [...beats]) if (key === undefined || beat.key === key) beat.catchUp()
  }

  /** Somebody watches objects of this bucket and waits for changes; answers how to say that it is over. */
  watched(bucket: string): () => void {
    this.#watches.set(bucket, (this.#watches.get(bucket) ?? 0) + 1)
    for (const beat of [...(this.#beats.get(bucket) ?? [])]) beat.stir()
    let over = false
    return () => {
      if (!over) this.#watches.set(bucket, (this.#watches.get(bucket) ?? 0) - 1)
      over = true
    }
  }
}
