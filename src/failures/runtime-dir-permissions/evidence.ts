import type { Fact, Subject } from '#cluster/facts.ts'
import { conditionOf, isOfCalicoNode, nodeNamed, placeOfMessage } from '#cluster/queries.ts'
import type { HostPathRow, MessageRow } from '#cluster/relations.ts'
import { isSameSubject } from '#cluster/subjects.ts'
import { isStillSo } from '#cluster/symptoms/bird-not-running.ts'
import type { Evidence, View } from '#diagnosis/types.ts'
import {
  type Folder,
  type Identity,
  lacks,
  renderFolder,
  renderIdentity,
} from '#failures/runtime-dir-permissions/access.ts'
import { atBoot, renderEntry } from '#failures/runtime-dir-permissions/at-boot.ts'
import { deniedIn, type Known, wanted } from '#failures/runtime-dir-permissions/denied.ts'
import type { Identities } from '#failures/runtime-dir-permissions/identities.ts'
import type { Names } from '#failures/runtime-dir-permissions/names.ts'

/** The folder and who is to use it. `isProof`: these two together deny it. */
export function folderEvidence({
  row,
  folder,
  path,
  identities,
  isProof,
}: {
  readonly row: Fact<HostPathRow> | undefined
  readonly folder: Folder | undefined
  readonly path: string
  readonly identities: Identities | undefined
  readonly isProof: boolean
}): readonly Evidence[] {
  const who = identities?.all.find((identity) => !identity.overridesModes)
  const user: readonly Evidence[] =
    who === undefined || identities === undefined
      ? []
      : [
          {
            weight: 'weak',
            says: `calico-node's programs run as ${renderIdentity(who)}${identities.all.length > 1 ? ', unless they are setuid' : ''}`,
            from: identities.from,
          },
        ]
  if (row === undefined || folder === undefined) return user
  return [{ ...verdictOn(folder, path, who, isProof), from: row.from }, ...user]
}

function verdictOn(
  folder: Folder,
  path: string,
  who: Identity | undefined,
  isProof: boolean,
): Pick<Evidence, 'weight' | 'says'> {
  const is = `${path} is ${renderFolder(folder)}`
  const lacking = who === undefined ? [] : lacks(folder, who, wanted[path] ?? [])
  if (isProof && lacking.length === 0)
    return { weight: 'decisive', says: `${is}, which no user can work with` }
  if (who === undefined) return { weight: isProof ? 'decisive' : 'strong', says: is }
  const refused = `, which gives uid ${who.uid} no ${lacking.join(' and no ')} permission`
  if (isProof) return { weight: 'decisive', says: `${is}${refused}` }
  return lacking.length > 0
    ? { weight: 'strong', says: `${is}${refused}` }
    : {
        weight: 'against',
        says: `${is}, which lets uid ${who.uid} in: what was denied may be mended already`,
      }
}

/** What BIRD said. Strong, not decisive: it tells of the path, not of what is wrong with it. */
export const denialEvidence = (row: Fact<MessageRow>): Evidence => ({
  weight: 'strong',
  says:
    row.message.id === 'hearsay/bird-denied'
      ? 'the log is said to end with a denied permission on the folder'
      : `BIRD is denied its control socket${row.count > 1 ? `, ${row.count} times in what was read` : ''}`,
  from: row.from,
})

/** What the next boot makes of the folder, where that denies it. */
export function entryEvidence(view: View<Names>, node: string, known: Known): readonly Evidence[] {
  const { path } = known
  const boot = atBoot(view, node, path)
  if (boot === undefined || deniedIn(boot.folder, known) !== 'yes') return []
  const { entry, folder } = boot
  const made = renderFolder(folder)
  if (entry !== 'none')
    return [
      {
        weight: 'strong',
        says: `${entry.file} makes it ${made} at each boot: ${renderEntry(entry)}`,
        from: entry.from,
      },
    ]
  return [
    {
      weight: 'strong',
      says: `no tmpfiles.d line makes it at boot, so kubelet makes it ${made}`,
      from: { source: `${node}: tmpfiles.d`, quote: `no entry for ${path}` },
    },
  ]
}

/** What fits without telling this mode from others. */
export function signs(
  view: View<Names>,
  { about, node }: { readonly about: Subject; readonly node: string },
): readonly Evidence[] {
  const said = view
    .rows('messages')
    .filter((row) => probeWords[row.message.id] !== undefined && isOfCalicoNode(view, row))
    .filter((row) => isSameSubject(placeOfMessage(view, row), about) && isStillSo(view, row))
    .map(
      (row): Evidence => ({
        weight: 'weak',
        says: probeWords[row.message.id] ?? row.message.id,
        from: row.from,
      }),
    )
  const sessions = view.symptoms.filter(
    ({ id, involves }) => id === 'bgp-session-down' && pointsAt(involves, about),
  )
  return [
    ...said,
    ...sessions.slice(0, 1).map(
      ({ from }): Evidence => ({
        weight: 'weak',
        says: `${sessions.length === 1 ? 'a peer has' : `${sessions.length} peers have`} lost the session with it`,
        from,
      }),
    ),
    ...remarks(view, node),
    ...nodeIsReady(view, node),
  ]
}

const probeWords: Readonly<Record<string, string>> = {
  'health/bird-not-running': 'the liveness probe finds BIRD down',
  'health/panic': 'the readiness probe panics, as it does where it may not look at the socket',
}

export const pointsAt = (involves: readonly Subject[] | undefined, about: Subject): boolean =>
  (involves ?? []).some((one) => isSameSubject(one, about))

const remarks = (view: View<Names>, node: string): readonly Evidence[] =>
  view
    .rows('remarks')
    .filter((row) => row.says === 'os-was-updated' || row.says === 'node-was-rebooted')
    .filter((row) => !row.node || node === '' || row.node === node)
    .map((row) => ({ weight: 'weak', says: remarkWords[row.says] ?? row.says, from: row.from }))

const remarkWords: Readonly<Record<string, string>> = {
  'os-was-updated': 'the operating system was updated before',
  'node-was-rebooted': 'the node was rebooted before: /run is made anew at each boot',
}

function nodeIsReady(view: View<Names>, name: string): readonly Evidence[] {
  const node = nodeNamed(view, name)
  if (node === undefined || conditionOf(node, 'Ready')?.status !== 'True') return []
  return [
    {
      weight: 'weak',
      says: 'the node itself is Ready: kubelet and its way to the API server work',
      from: node.from,
    },
  ]
}
