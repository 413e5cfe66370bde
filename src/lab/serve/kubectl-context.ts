import { parseDocument } from 'yaml'
import { asObject, asText, isObject } from '#lab/api/json.ts'
import type { KubectlContext } from '#lab/kubectl/ports.ts'

/** The current context of a lab's kubeconfig; a change of its namespace is written into the text, which `keep` puts away. */
export function ownContext(kubeconfig: string, keep: (text: string) => Promise<void>): KubectlContext {
  const document = parseDocument(kubeconfig)
  const config = asObject(document.toJS())
  const name = asText(config['current-context']) ?? ''
  const contexts = Array.isArray(config['contexts']) ? config['contexts'].filter(isObject) : []
  const place = contexts.findIndex((each) => each['name'] === name)
  return {
    name,
    namespace: asText(asObject(contexts[place]?.['context'])['namespace']),
    use: async (namespace) => {
      document.setIn(['contexts', place, 'context', 'namespace'], namespace)
      await keep(document.toString({ lineWidth: 0 }))
    },
  }
}
