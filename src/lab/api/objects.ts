/**
 * The Kubernetes objects that the lab's components read and write, with the fields they use. The server stores whole
 * objects, unknown fields included; these types only name what a component may rely on.
 */

export type * from '#lab/api/objects/autoscaling.ts'
export type * from '#lab/api/objects/calico.ts'
export type * from '#lab/api/objects/config.ts'
export type * from '#lab/api/objects/container.ts'
export type * from '#lab/api/objects/event.ts'
export type * from '#lab/api/objects/meta.ts'
export type * from '#lab/api/objects/node.ts'
export type * from '#lab/api/objects/pod.ts'
export type * from '#lab/api/objects/policy.ts'
export type * from '#lab/api/objects/rbac.ts'
export type * from '#lab/api/objects/service.ts'
export type * from '#lab/api/objects/storage.ts'
export type * from '#lab/api/objects/workloads.ts'
