import type { Fact, Subject } from '#cluster/facts.ts'
import { nodeNames, placeOfMessage } from '#cluster/queries.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { isSameSubject, nodeSubject, renderSubject } from '#cluster/subjects.ts'
import { isStillSo } from '#cluster/symptoms/bird-not-running.ts'
import type { Symptom } from '#cluster/symptoms.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import type { Evidence, Finding, View } from '#diagnosis/types.ts'
import { type Folder, renderFolder } from '#failures/runtime-dir-permissions/access.ts'
import { deniedIn, folderOf, type Known, wanted } from '#failures/runtime-dir-permissions/denied.ts'
import {
  denialEvidence,
  entryEvidence,
  folderEvidence,
  pointsAt,
  signs,
} from '#failures/runtime-dir-permissions/evidence.ts'
import { type Identities, identitiesAt, nodeNameOf } from '#failures/runtime-dir-permissions/identities.ts'
import { initFindings } from '#failures/runtime-dir-permissions/init.ts'
import type { Names } from '#failures/runtime-dir-permissions/names.ts'
import type { RuntimeDirState } from '#failures/runtime-dir-permissions/state.ts'
import { stateOf } from '#failures/runtime-dir-permissions/state-of.ts'

const socketFolder = '/run/calico'

/**
 * Finds nodes where the user that calico-node's programs run as may not use `/run/calico` or `/var/lib/calico`. A mode
 * alone means nothing: it is judged for the credentials of the process. One finding per node and folder; preventive
 * where it bites only at the next boot.
 */
export const detector = defineDetector<RuntimeDirState, Names>({
  needs: ['pods', 'processes', 'hostPaths', 'tmpfilesEntries'],
  uses: ['nodes', 'messages', 'bgpSessions', 'remarks'],
  judges: 'node',
  detect: (view) => [
    ...places(view).flatMap((place) => foldersOf(place).flatMap((path) => findingAt(view, place, path))),
    ...initFindings(view),
  ],
  explains: (finding, symptom) => explains(finding, symptom),
  isImmune: (about, view) => {
    const identities = about.kind === 'node' ? identitiesAt(view, about) : undefined
    return identities?.all.every((identity) => identity.overridesModes) ?? false
  },
})

/** A node, or as much of a place as a message named. */
interface Place {
  readonly about: Subject
  /** Empty where nobody named it, as in the rows of such a place. */
  readonly node: string
  /** What BIRD said there of being denied, as far as it still counts. */
  readonly denials: readonly Fact<MessageRow>[]
}

function places(view: View<Names>): readonly Place[] {
  const denials = view.rows('messages').filter((row) => isDenial(row) && isStillSo(view, row))
  const deep = [...view.rows('hostPaths'), ...view.rows('tmpfilesEntries')].map((row) => row.node)
  const abouts = [
    ...[...new Set([...nodeNames(view), ...deep])].map(nodeSubject),
    ...denials.map((row) => placeOfMessage(view, row)),
  ]
  const distinct = [...new Map(abouts.map((about) => [renderSubject(about), about])).values()]
  return distinct.map((about) => ({
    about,
    node: nodeNameOf(about),
    denials: denials.filter((row) => isSameSubject(placeOfMessage(view, row), about)),
  }))
}

/** Only what calico-node itself says: a person's calicoctl or birdcl without root is refused on a healthy node, too. */
export const isDenial = ({ message }: MessageRow): boolean =>
  message.id === 'hearsay/bird-denied' ||
  (message.id === 'bird/cannot-create-control-socket' &&
    message.params.error?.toLowerCase() === 'permission denied')

const foldersOf = ({ node }: Place): readonly string[] => (node === '' ? [socketFolder] : Object.keys(wanted))

function findingAt(view: View<Names>, place: Place, path: string): readonly Finding<RuntimeDirState>[] {
  const { about, node } = place
  const identities = identitiesAt(view, about)
  if (identities?.all.every((identity) => identity.overridesModes)) return []
  const row = view.rows('hostPaths').find((one) => one.node === node && one.path === path)
  const folder = row === undefined ? undefined : folderOf(row)
  const denials = path === socketFolder ? place.denials : []
  const known: Known = { path, identities, wasDenied: denials.length > 0 }
  const denied = folder === undefined ? 'unknown' : deniedIn(folder, known)
  const state = stateOf(view, { about, path, row, identities })
  const boot = entryEvidence(view, node, known)

  if (denied === 'no' || (denied !== 'yes' && denials.length === 0))
    return preventive(place, path, boot, state)
  const evidence = [
    ...folderEvidence({ row, folder, path, identities, isProof: denied === 'yes' }),
    ...denials.map(denialEvidence),
    ...boot,
    ...signs(view, place),
  ]
  const isBroken = denials.length > 0 || isSick(view, place)
  return [
    {
      about,
      says: says(path, denied === 'yes' ? folder : undefined, identities),
      evidence,
      preventive: !isBroken,
      state,
    },
  ]
}

/** Nothing is broken; but what the next boot makes of the folder will be. */
const preventive = (
  { about }: Place,
  path: string,
  boot: readonly Evidence[],
  state: RuntimeDirState,
): readonly Finding<RuntimeDirState>[] =>
  boot.length === 0
    ? []
    : [
        {
          about,
          says: `the next boot makes ${path} unusable for calico-node`,
          evidence: boot,
          preventive: true,
          state,
        },
      ]

function says(path: string, folder: Folder | undefined, identities: Identities | undefined): string {
  const who = identities?.all.find((identity) => !identity.overridesModes)
  const user = who === undefined ? 'calico-node’s user' : `calico-node (uid ${who.uid})`
  return folder === undefined
    ? `${user} is denied ${path}`
    : `${path} is ${renderFolder(folder)} and does not let ${user} in`
}

const ownSymptoms = new Set(['calico-node-not-ready', 'bird-not-running'])

const isSick = (view: View<Names>, { about }: Place): boolean =>
  view.symptoms.some(
    (one) => ownSymptoms.has(one.id) && one.when === 'now' && isSameSubject(one.about, about),
  )

function explains({ about }: Finding<RuntimeDirState>, symptom: Symptom): boolean {
  const isHere = isSameSubject(symptom.about, about)
  switch (symptom.id) {
    case 'bgp-session-down':
      // A complaint about several peers at once is not explained by one of them.
      return isHere || (symptom.involves?.length === 1 && pointsAt(symptom.involves, about))
    case 'pods-not-ready-on-node':
      // Pods elsewhere that call pods of this node fail their probes, too.
      return true
    case 'cross-node-traffic-failing':
      return isHere || symptom.about.kind === 'cluster'
    default:
      return isHere
  }
}
