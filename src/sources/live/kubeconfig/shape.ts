import { z } from 'zod'

const text = z.string().nullish()
const named = <T extends z.ZodType>(field: string, of: T) =>
  z
    .array(z.object({ name: z.string(), [field]: of.nullish() }))
    .nullish()
    .transform((entries) => entries ?? [])

const cluster = z.object({
  server: text,
  'certificate-authority': text,
  'certificate-authority-data': text,
  'insecure-skip-tls-verify': z.boolean().nullish(),
  'tls-server-name': text,
  'proxy-url': text,
})

const user = z.object({
  token: text,
  tokenFile: text,
  username: text,
  password: text,
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
  exec: z.object({ command: z.string() }).loose().nullish(),
  'auth-provider': z.object({ name: z.string() }).loose().nullish(),
})

const context = z.object({ cluster: z.string(), user: text, namespace: text })

/** The parts of a kubeconfig file that are read: kubernetes/client-go:tools/clientcmd/api/v1/types.go. */
export const kubeconfigShape = z.object({
  'current-context': text,
  clusters: named('cluster', cluster),
  users: named('user', user),
  contexts: named('context', context),
})

export type ClusterEntry = z.infer<typeof cluster>
export type UserEntry = z.infer<typeof user>
export type ContextEntry = z.infer<typeof context>
