import type { Finding } from '#diagnosis/types.ts'
import type { RuntimeDirState } from '#failures/runtime-dir-permissions/state.ts'
import { octal } from '#repair/commands.ts'
import type { Act, Offer, Plan, Remedy, Step } from '#repair/types.ts'

/**
 * A tmpfiles.d file of our own, named so that it sorts first: of several lines for one path the lexically first file wins,
 * so that a package may replace its own file as often as it likes.
 *
 * @see systemd/systemd:man/tmpfiles.d.xml
 */
export const remedy: Remedy<RuntimeDirState> = {
  plan(finding, others) {
    const { state } = finding
    const node: Site = siteOf(state)
    return {
      mode: 'runtime-dir-permissions',
      about: finding.about,
      disruption: 'pod',
      steps: node.owner === undefined ? [askOwner(node)] : stepsFor({ ...node, owner: node.owner }, state),
      offers: others.flatMap(offerFor),
      keeps: keepsFor(node, state),
      prevent: prevent(node),
    }
  },
}

interface Owner {
  readonly uid: number
  readonly gid: number
}

interface Site {
  readonly node: string
  readonly path: string
  readonly file: string
  /** Whom the folder has to belong to; undefined where nobody saw who BIRD runs as. */
  readonly owner: Owner | undefined
}

const siteOf = ({ node, path, needs }: RuntimeDirState): Site => ({
  node,
  path,
  file: ownFile(path),
  owner: needs,
})

/** One file a folder, so that mending one never rewrites the line of another. */
const ownFile = (path: string): string =>
  path === '/run/calico'
    ? '/etc/tmpfiles.d/00-platform-calico.conf'
    : `/etc/tmpfiles.d/00-platform-calico${path.replaceAll('/', '-')}.conf`

const mode = 0o755

type Known = Site & { readonly owner: Owner }

function stepsFor(site: Known, state: RuntimeDirState): readonly Step[] {
  return [
    keepAtBoot(site, state),
    mendNow(site, state),
    ...(state.pod === undefined ? [] : [restartPod(site, state.pod)]),
    waitReady(site),
  ]
}

const keepAtBoot = ({ node, path, file, owner }: Known, { entry }: RuntimeDirState): Step => ({
  id: `keep-at-boot@${node}`,
  node,
  act: {
    hand: 'write-file',
    node,
    path: file,
    text: `${line(path, mode, `${owner.uid}`, `${owner.gid}`)}\n`,
    mode: 0o644,
  },
  because: `a tmpfiles.d file that sorts before the package’s, so that every boot makes ${path} right`,
  check: {
    kind: 'rows',
    relation: 'tmpfilesEntries',
    where: { node, file, path, mode, user: `${owner.uid}`, group: `${owner.gid}`, wins: true },
  },
  undo: takeBackFile(node, file, path, entry),
})

/** The file as it was: gone, or with its former line where it was ours already. */
function takeBackFile(node: string, file: string, path: string, entry: RuntimeDirState['entry']): Act {
  if (entry === undefined || entry === 'none' || entry.file !== file)
    return { hand: 'remove-file', node, path: file }
  const { kind, mode: former, user, group } = entry
  return {
    hand: 'write-file',
    node,
    path: file,
    text: `${line(path, former, user, group, kind)}\n`,
    mode: 0o644,
  }
}

const line = (path: string, bits: number | undefined, user = '-', group = '-', kind = 'd'): string =>
  `${kind} ${path} ${bits === undefined ? '-' : octal(bits)} ${user} ${group} -`

const mendNow = ({ node, path, file, owner }: Known, { folder }: RuntimeDirState): Step => ({
  id: `mend-now@${node}`,
  node,
  act: { hand: 'node-shell', node, argv: ['systemd-tmpfiles', '--create', file] },
  because: `the same line corrects mode and owner of ${path} now, without a reboot`,
  check: {
    kind: 'rows',
    relation: 'hostPaths',
    where: { node, path, mode, uid: owner.uid, gid: owner.gid },
  },
  ...(folder?.exists === true
    ? {
        undo: {
          hand: 'node-shell',
          node,
          argv: [
            'sh',
            '-c',
            `chown ${folder.uid}:${folder.gid} ${path} && chmod ${octal(folder.mode)} ${path}`,
          ],
        },
      }
    : { noUndo: `what ${path} was before was not read` }),
})

const restartPod = ({ node }: Site, { namespace, name }: { namespace: string; name: string }): Step => ({
  id: `restart-pod@${node}`,
  node,
  act: { hand: 'delete-pod', namespace, name },
  because: 'kubelet waits up to five minutes before it starts its container again; a new pod starts at once',
  onlyIf: { kind: 'calico-node-in-back-off', node },
  check: { kind: 'pod-gone', namespace, name },
  noUndo: 'the DaemonSet has made another pod',
})

const waitReady = ({ node }: Site): Step => ({
  id: `wait-ready@${node}`,
  node,
  act: {
    hand: 'wait',
    says: `runit starts BIRD once a second; wait until calico-node on ${node} is Ready`,
    // The longest back-off of kubelet (5 min) and a start with its probes.
    forMs: 420_000,
    everyMs: 10_000,
  },
  because: 'BIRD finds its folder usable at its next start',
  check: { kind: 'calico-node-ready', node },
  noUndo: 'nothing was changed',
})

const askOwner = ({ node, path }: Site): Step => ({
  id: `find-owner@${node}`,
  act: {
    hand: 'person',
    says: `find out which user and group calico-node runs as (securityContext of its pod), and make ${path} on ${node} theirs with mode 0755, by a line of your own under /etc/tmpfiles.d`,
  },
  because: 'whom the folder must belong to was not to be seen',
  check: { kind: 'person' },
  noUndo: 'done by hand',
})

function offerFor({ about, state, preventive }: Finding<RuntimeDirState>): readonly Offer[] {
  const site = siteOf(state)
  const { owner } = site
  if (owner === undefined) return []
  const known = { ...site, owner }
  return [
    {
      title: preventive ? 'works still, until its next boot' : 'broken in the same way',
      about,
      // A node that works keeps its pod: only the file and the folder are put right.
      steps: preventive ? [keepAtBoot(known, state), mendNow(known, state)] : stepsFor(known, state),
    },
  ]
}

function keepsFor({ node, path, file }: Site, { entry, pod }: RuntimeDirState): Plan['keeps'] {
  return [
    { what: `${node}:${file}`, why: `our own line for ${path}; remove it only together with calico-node` },
    ...(entry === undefined || entry === 'none' || entry.file === file
      ? []
      : [
          {
            what: `${node}:${entry.file}`,
            why: 'left as the update wrote it: harmless, because our file sorts first and wins',
          },
        ]),
    ...(pod === undefined
      ? []
      : [
          {
            what: `pod ${pod.namespace}/${pod.name}`,
            why: 'has a successor with another name where it had to be restarted',
          },
        ]),
  ]
}

const prevent = ({ file }: Site): readonly string[] => [
  `Put ${file} into the provisioning of every node (Ansible, Ignition, cloud-init): packages replace only files of their own name.`,
  'After each reboot of a rolling update, wait until calico-node is Ready there before the next node is touched.',
]
