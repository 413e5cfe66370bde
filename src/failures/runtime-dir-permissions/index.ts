import { unnamedCalicoPod } from '#cluster/calico-objects.ts'
import type { Facts, Subject } from '#cluster/facts.ts'
import { calicoNamespace, calicoNodePodAt, isReady, placeOfMessage } from '#cluster/queries.ts'
import type { Question } from '#cluster/questions.ts'
import { relationInfo } from '#cluster/relations.ts'
import { isSameSubject } from '#cluster/subjects.ts'
import type { Mode } from '#diagnosis/types.ts'
import { detector, isDenial } from '#failures/runtime-dir-permissions/detect.ts'
import { identitiesAt } from '#failures/runtime-dir-permissions/identities.ts'
import type { RuntimeDirState } from '#failures/runtime-dir-permissions/state.ts'

export const mode: Mode<RuntimeDirState> = {
  id: 'runtime-dir-permissions',
  title: 'calico-node may not use its runtime folder',
  owner: 'node',
  maturity: 'lab',
  detector,
  symptoms: [
    'calico-node-not-ready',
    'bird-not-running',
    'bgp-session-down',
    'pods-not-ready-on-node',
    'cross-node-traffic-failing',
  ],
  traffic:
    'Pods on the node reach each other and nobody else; the peers have withdrawn its routes. Other nodes are not touched.',
  prevent: [
    'Keep the folder in a tmpfiles.d file of your own whose name sorts first: packages replace theirs.',
    'Put that file into the provisioning of the nodes.',
    'After each reboot of a rolling update, look whether calico-node is Ready before the next node.',
  ],
  questions,
}

function questions(about: Subject, facts: Facts): readonly Question[] {
  const node = about.kind === 'node' ? about.name : '<node>'
  const seen = calicoNodePodAt(facts, about)
  const pod = about.kind === 'pod' ? about.name : (seen?.name ?? unnamedCalicoPod)
  const namespace = calicoNamespace(facts)
  const isWell = seen !== undefined && isReady(seen) === true
  const isDenialKnown = facts
    .rows('messages')
    .some((row) => isDenial(row) && isSameSubject(placeOfMessage(facts, row), about))
  return [
    // A calico-node that is ready was denied nothing lately; only its next boot can be bad.
    ...(isWell || isDenialKnown ? [] : [askLog(about, relationInfo.messages.command({ namespace, pod }))]),
    askFolder(about, node),
    ...(identitiesAt(facts, about) !== undefined
      ? []
      : [askUser(about, `kubectl get pod -n ${namespace} ${pod} -o yaml`)]),
  ]
}

const folders = '/run/calico /var/lib/calico'
const tmpfilesFolders = '/etc/tmpfiles.d /run/tmpfiles.d /usr/lib/tmpfiles.d'

const askFolder = (about: Subject, node: string): Question => ({
  command: `ssh ${node} 'stat -c "%a %u:%g %n" ${folders}; grep -rH /run/calico ${tmpfilesFolders}'`,
  why: 'the folder as it is now, and what makes it at the next boot',
  fills: [
    { relation: 'hostPaths', about },
    { relation: 'tmpfilesEntries', about },
  ],
  // One command, and it decides.
  cost: 3,
})

const askLog = (about: Subject, command: string): Question => ({
  command,
  why: 'whether BIRD is denied its control socket',
  fills: [{ relation: 'messages', about }],
})

const askUser = (about: Subject, command: string): Question => ({
  command,
  why: 'the user and capabilities of calico-node: modes bind it only without DAC_OVERRIDE',
  fills: [{ relation: 'pods', about }],
  cost: 2,
})
