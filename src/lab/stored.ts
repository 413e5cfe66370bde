import type { BlockAffinity, DaemonSet, Deployment, Node, Pod } from '#lab/api/objects.ts'
import type { Lab } from '#lab/lab.ts'

/** What each of the store's buckets holds. */
interface Buckets {
  readonly '/nodes': Node
  readonly '/pods': Pod
  readonly 'apps/daemonsets': DaemonSet
  readonly 'apps/deployments': Deployment
  readonly 'crd.projectcalico.org/blockaffinities': BlockAffinity
}

/** All objects of a kind, read from the lab's store: nobody inside notices. */
export const stored = <B extends keyof Buckets>(lab: Lab, bucket: B): readonly Buckets[B][] =>
  lab.api.state.store.list(bucket) as unknown as readonly Buckets[B][] // of that bucket
