import { cniMounts, isOfCni } from '#cluster/cni-files.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import { innerMessage } from '#cluster/queries.ts'
import type { AttemptRow, MessageRow } from '#cluster/relations.ts'
import { nodeSubject } from '#cluster/subjects.ts'
import { isRecent } from '#cluster/symptoms/recency.ts'
import type { Symptom } from '#cluster/symptoms.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsPeers } from '#diagnosis/explains-peers.ts'
import { findingsOf, type MessageSign, messageSigns, type Sign, sign } from '#diagnosis/signs.ts'
import { isWorthSaying } from '#diagnosis/worth-saying.ts'

export interface HostWriteState {
  /** What could not be written or run. */
  readonly paths: readonly string[]
}

type Needs = 'messages' | 'mounts' | 'hostPaths' | 'pods' | 'attempts'

/**
 * Finds nodes on which Calico's installer cannot write the CNI's programs or configuration to the host, or the host may not run
 * them: read-only or noexec mounts, SELinux, permissions, folders that are not there.
 *
 * @see projectcalico/calico:cni-plugin/pkg/install/install.go
 */
export const detector = defineDetector<HostWriteState, Needs>({
  needs: ['messages', 'mounts'],
  uses: ['hostPaths', 'pods', 'attempts'],
  judges: 'node',
  detect: (view) => {
    const told = [
      ...messageSigns(view, installer, { endedBy: ['install-cni/done', 'install-cni/binaries-written'] }),
      ...messageSigns(view, host),
      ...ofMounts(view, view.symptoms),
    ]
    return findingsOf([...told, ...(told.length === 0 ? [] : ofPeople(view))], {
      judges: 'node',
      conclude: (own) =>
        isWorthSaying(own, view, ['cni-install-failing'])
          ? {
              says: 'Calico’s CNI programs or configuration cannot be written to, or run on, the host',
              state: { paths: pathsIn(view) },
            }
          : undefined,
    })
  },
  // calico-node does not start behind its installer: its peers lose their sessions with it.
  explains: explainsPeers,
})

const installer: Readonly<Record<string, MessageSign>> = {
  'install-cni/no-writeable-directory': ['decisive', 'the installer found no folder that it can write'],
  'install-cni/install-failed': ({ message: { params } }) => [
    'decisive',
    `the installer cannot write ${params.path}: ${params.error ?? 'no reason given'}`,
  ],
  'install-cni/binary-unusable': ({ message: { params } }) => [
    'decisive',
    `${params.path} was written and does not run on the host`,
  ],
  'install-cni/directory-failed': ({ message: { params } }) => [
    'decisive',
    `the installer cannot make ${params.path}`,
  ],
  'install-cni/copy-failed': ['decisive', 'the installer cannot copy to the host, and suspects SELinux'],
  'install-cni/copy-refused': ({ message: { params } }) => [
    'decisive',
    `the installer cannot copy to ${params.path}: ${params.error}`,
  ],
  'cni/token-write-failed': (row) => writeFailed(row),
  // One folder of two may be read-only on purpose.
  'install-cni/directory-read-only': ({ message: { params } }) => [
    'weak',
    `${params.path} cannot be written`,
  ],
  'install-cni/not-mounted': ({ message: { params } }) => ['weak', `${params.path} cannot be written`],
}

const writeFailed = (row: Fact<MessageRow>): readonly ['decisive' | 'strong', string] => [
  innerMessage(row, 'host/read-only', 'host/no-space') ? 'decisive' : 'strong',
  'the CNI plugin’s kubeconfig cannot be written to the host',
]

const host: Readonly<Record<string, MessageSign>> = {
  'docker/bind-source-missing': (row) => ofPath(row, 'does not exist on the host, and nothing makes it'),
  'kubelet/host-path-wrong': (row) => ofPath(row, 'is not there, or is no folder'),
  'runtime/mount-failed': (row) => ofPath(row, 'cannot be mounted into the installer'),
  'exec/not-permitted': (row) => ofPath(row, 'may not be run on the host'),
  'host/read-only': (row) => ofPath(row, 'lies on a read-only file system'),
  'cni/plugin-missing': ({ message: { params } }) => [
    'strong',
    `the program ${params.plugin} is not in ${params.path}`,
  ],
  'kernel/remounted-read-only': ['weak', 'a disk of the host became read-only'],
  'kernel/selinux-denied': ({ message: { params } }) =>
    installers.has(params.program ?? '')
      ? ['strong', `SELinux forbids ${params.program} to ${params.permission}`]
      : undefined,
}

/** The installer by its names: a shell script before 3.16. */
const installers: ReadonlySet<string> = new Set([
  'install',
  'install-cni',
  'install-cni.sh',
  'calico',
  'calico-ipam',
])

const ofPath = (
  { message: { params } }: Fact<MessageRow>,
  says: string,
): readonly ['decisive', string] | undefined =>
  params.path !== undefined && isOfCni(params.path) ? ['decisive', `${params.path} ${says}`] : undefined

/** A mount that forbids writing or running; together with a runtime that has no network there is nothing left to ask. */
function ofMounts(view: Reads<'mounts' | 'messages'>, symptoms: readonly Symptom[]): readonly Sign[] {
  const isFelt =
    symptoms.some(({ id, when }) => when === 'now' && felt.has(id)) ||
    view.rows('messages').some((row) => row.message.id === 'exec/not-permitted' && isRecent(view, row.atMs))
  return cniMounts(view).flatMap(({ row, folder }) => {
    const option = ['noexec', 'ro'].find(
      (one) => row.options.includes(one) && !(one === 'noexec' && folder === '/etc/cni/net.d'),
    )
    if (option === undefined) return []
    const says = `${folder} lies on ${row.path}, which is mounted ${option}`
    return [sign(row, isFelt ? 'decisive' : 'strong', says, nodeSubject(row.node))]
  })
}

const felt: ReadonlySet<string> = new Set([
  'cni-not-initialized',
  'cni-install-failing',
  'sandbox-creation-failing',
])

const ofPeople = (view: Reads<'attempts'>): readonly Sign[] =>
  view
    .rows('attempts')
    .filter((row) => row.outcome === 'cured' && isRelaxing(row))
    .map((row) => sign(row, 'strong', 'SELinux in permissive mode, or another mount, cured it'))

const isRelaxing = ({ act, after = '' }: AttemptRow): boolean =>
  act === 'add-mount' || ['selinux=0', 'selinux=permissive'].includes(after.toLowerCase())

const pathsIn = (view: Reads<'messages'>): readonly string[] => [
  ...new Set(
    view
      .rows('messages')
      .flatMap(({ message: { id, params } }) =>
        params.path !== undefined && (id in installer || isOfCni(params.path)) ? [params.path] : [],
      ),
  ),
]
