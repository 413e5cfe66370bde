/** How each controller tells its log that it has to look at a key again: kubernetes/kubernetes:pkg/controller/<name>. */
const words: Readonly<Record<string, (key: string, message: string) => string>> = {
  daemon_controller: (key, message) => `${key} failed with : ${message}`,
  job_controller: (_key, message) => `syncing job: ${message}`,
  namespace_controller: (key, message) => `deletion of namespace ${key} failed: ${message}`,
  replica_set: (key, message) => `sync ${JSON.stringify(key)} failed with ${message}`,
  stateful_set: (key, message) => `error syncing StatefulSet ${key}, requeuing: ${message}`,
}

export const syncFailure = (controller: string, key: string, message: string): string =>
  words[controller]?.(key, message) ?? `syncing ${key}: ${message}`
