import type { Draft, KubeObject } from '#lab/api/objects.ts'

export const namespace = 'kube-system'

/** One object of a manifest. Fields beyond the metadata are the API server's to check. */
export const draft = (
  apiVersion: string,
  kind: string,
  metadata: Draft<KubeObject>['metadata'],
  rest: Readonly<Record<string, unknown>> = {},
): Draft<KubeObject> => ({ apiVersion, kind, metadata, ...rest })
