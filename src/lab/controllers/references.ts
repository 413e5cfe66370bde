import type { KubeObject } from '#lab/api/objects.ts'
import type { Involved } from '#lab/kubelet/event-recorder.ts'

/** `{ namespace }` of an object that has one, for references and drafts. */
export const space = ({
  metadata: { namespace },
}: Pick<KubeObject, 'metadata'>): { readonly namespace?: string } =>
  namespace === undefined ? {} : { namespace }

/** What an event about this object says it is about. */
export const about = ({ apiVersion, kind, metadata }: KubeObject): Involved => ({
  apiVersion,
  kind,
  name: metadata.name,
  ...space({ metadata }),
  uid: metadata.uid,
  resourceVersion: metadata.resourceVersion,
})
