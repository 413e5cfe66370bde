/** Commands that this kubectl does not have, each with what to do instead. */
import { KubectlError } from '#lab/kubectl/trouble.ts'

const reasons: Readonly<Record<string, string>> = {
  attach: 'there is nobody at a terminal to attach: use kubectl logs -f, or exec',
  autoscale: 'nobody acts on HorizontalPodAutoscalers here: use kubectl scale',
  completion: 'it completes nothing: an installed kubectl does',
  config: 'it has no contexts to manage: say -n for the namespace',
  edit: 'it has no editor: use kubectl patch, set, label, or get -o yaml and apply -f',
  kustomize: 'it renders nothing: use apply -f with rendered objects',
  plugin: 'it runs no plugins',
  'port-forward': 'it opens no port of your machine: use kubectl exec -- wget, or curl on a node',
  proxy: 'it opens no port of your machine: use kubectl get --raw',
}

/** Their flags are not read: whatever was typed, the answer is the same. */
export const refusal = (name: string): KubectlError | undefined => {
  const reason = reasons[name]
  return reason === undefined ? undefined : new KubectlError(`the lab's kubectl has no "${name}": ${reason}`)
}
