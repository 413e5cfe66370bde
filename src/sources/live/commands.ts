import { commandLine } from '#base/command-line.ts'
import type { ExecCall, LogRequest } from '#sources/live/api.ts'

/** What a person would type for each thing that is read. */
export interface Commands {
  kubectl(...words: readonly string[]): string
  logs(request: LogRequest): string
  exec(call: ExecCall): string
}

/** Commands that go to the same cluster as the reading did: `kubectl --context prod get nodes`. */
export function commandsFor(o: { readonly context?: string; readonly kubeconfig?: string }): Commands {
  const prefix = [
    'kubectl',
    ...(o.kubeconfig === undefined ? [] : ['--kubeconfig', o.kubeconfig]),
    ...(o.context === undefined || o.context === '' ? [] : ['--context', o.context]),
  ]
  const kubectl = (...words: readonly string[]): string => commandLine([...prefix, ...words])
  return {
    kubectl,
    logs: ({ namespace, pod, container, previous, tailLines }) =>
      kubectl(
        'logs',
        '-n',
        namespace,
        pod,
        '-c',
        container,
        ...(previous === true ? ['--previous'] : []),
        `--tail=${tailLines}`,
      ),
    exec: ({ namespace, pod, container, argv }) =>
      kubectl('exec', '-n', namespace, pod, '-c', container, '--', ...argv),
  }
}
