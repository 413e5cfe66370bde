/** Commands of oc that this one does not have, each with what to do instead. */
import { refusal as refusedByKubectl } from '#lab/kubectl/commands/refused.ts'
import { KubectlError } from '#lab/kubectl/trouble.ts'

const reasons: Readonly<Record<string, string>> = {
  login:
    'whoever runs a lab is its administrator already: oc whoami says who; --as and --token make you another',
  logout: 'whoever runs a lab is its administrator',
  'new-project': 'there are no project requests: use oc create namespace',
  status: 'it draws no overview: use oc get all, and oc get events',
  rsync: 'it copies no files: use oc exec -- cat, and exec -i -- tee',
  extract: 'it writes no files: use oc get -o jsonpath, and base64 -d',
  process: 'templates are not served: use oc apply -f',
  observe: 'it runs nothing on changes: use oc get -w',
  secrets: 'use oc create secret, and oc patch serviceaccount',
  sa: 'use oc create serviceaccount, and oc create token',
  policy: 'use oc adm policy add-scc-to-user, oc create rolebinding, and oc auth can-i',
  image: 'images are not served by the API',
  registry: 'there is no registry in the cluster',
  idle: 'services are not put to sleep: use oc scale',
  'new-app': 'it builds nothing: use oc create deployment',
  'new-build': 'it builds nothing',
  'start-build': 'it builds nothing',
  'import-image': 'image streams are not served',
  tag: 'image streams are not served',
  rollback: 'deployment configurations are not served: use oc rollout undo',
}

/** Their flags are not read: whatever was typed, the answer is the same. */
export const refusal = (name: string): KubectlError | undefined => {
  const reason = reasons[name]
  return reason === undefined
    ? refusedByKubectl(name)
    : new KubectlError(`the lab's oc has no "${name}": ${reason}`)
}
