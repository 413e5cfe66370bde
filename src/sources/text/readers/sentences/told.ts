/** One account of what was seen and done, sentence by sentence, as rows. */

import type { Provenance } from '#cluster/facts.ts'
import { recogniseAll } from '#cluster/messages/catalogue.ts'
import type { AttemptRow } from '#cluster/relations/attempts.ts'
import { type Told, told } from '#sources/formats/objects/told.ts'
import type { ReadRow } from '#sources/reading.ts'
import { actsSaid, type ToldAct } from '#sources/text/readers/sentences/acts.ts'
import { addressesSaid } from '#sources/text/readers/sentences/addresses.ts'
import { changeIn, settingSaid } from '#sources/text/readers/sentences/arrows.ts'
import { backendsSaid } from '#sources/text/readers/sentences/backend-words.ts'
import { disksSaid } from '#sources/text/readers/sentences/disk-words.ts'
import { mayTell } from '#sources/text/readers/sentences/domain.ts'
import { forwardPolicySaid } from '#sources/text/readers/sentences/forward-words.ts'
import { historySaid } from '#sources/text/readers/sentences/history.ts'
import { isProxySaidToRun } from '#sources/text/readers/sentences/kube-proxy.ts'
import { labelsSaid } from '#sources/text/readers/sentences/label-words.ts'
import { leftSaid } from '#sources/text/readers/sentences/left-words.ts'
import { mechanismsSaid } from '#sources/text/readers/sentences/mechanisms.ts'
import { meshSaid } from '#sources/text/readers/sentences/mesh.ts'
import { missingMountIn } from '#sources/text/readers/sentences/missing-mounts.ts'
import { namesSaid } from '#sources/text/readers/sentences/names.ts'
import { natOffSaid } from '#sources/text/readers/sentences/nat-words.ts'
import { outcomeOf } from '#sources/text/readers/sentences/outcomes.ts'
import { podsSaid } from '#sources/text/readers/sentences/pod-words.ts'
import { portsSaid } from '#sources/text/readers/sentences/port-words.ts'
import { nodeIn, sentencesOf, supposes } from '#sources/text/readers/sentences/prose.ts'
import { rangesSaid } from '#sources/text/readers/sentences/ranges.ts'
import { deviceIn, shapesSaid } from '#sources/text/readers/sentences/shapes.ts'
import { podSaid, speaksOfPod } from '#sources/text/readers/sentences/states.ts'
import { switchesSaid } from '#sources/text/readers/sentences/switches.ts'
import { trafficSaid } from '#sources/text/readers/sentences/traffic.ts'
import { tunnelsSaid } from '#sources/text/readers/sentences/tunnel-words.ts'
import { unitsSaid } from '#sources/text/readers/sentences/unit-words.ts'
import { versionsSaid } from '#sources/text/readers/sentences/version-words.ts'
import { wordsOf } from '#sources/text/readers/sentences/words.ts'

interface Around {
  readonly node: string | undefined
  readonly namespace: string | undefined
  /** Where a sentence stands. */
  readonly place: (sentence: string) => Provenance
}

/** @param text one or more sentences */
export function toldRows(text: string, around: Around): readonly ReadRow[] {
  const sentences = sentencesOf(text)
  return sentences.flatMap((sentence, at) => {
    if (!mayTell(sentence)) return []
    const told = toldIn(sentence, sentences[at + 1])
    if (told.length === 0 || supposes(sentence)) return []
    const node = nodeIn(sentence) ?? around.node ?? nodeIn(text)
    return told.map((say) => asTold(say({ ...around, node, from: around.place(sentence) })))
  })
}

/** Remarks and attempts are people's by nature; a fact of another kind has to say that it was only told. */
const asTold = (read: ReadRow): ReadRow =>
  read.relation === 'remarks' || read.relation === 'attempts'
    ? read
    : { ...read, from: { ...read.from, isTold: true } }

/** Something that a sentence says, once it is known of which node it speaks. */
type Say = (about: Omit<Around, 'place'> & { readonly from: Provenance }) => ReadRow

function toldIn(sentence: string, next: string | undefined): readonly Say[] {
  const words = wordsOf(sentence)
  if (words.length > wordsMax) return []
  const ofTraffic = trafficSaid(words)
  const attempts = attemptsIn(sentence, words, next)
  // A program's message says in its own words what failed; people only say what happened around it.
  const isMessage = ofTraffic.length + attempts.length > 0 && recogniseAll(sentence).length > 0
  const remarks = new Set([
    ...(isMessage ? [] : ofTraffic),
    ...historySaid(words),
    ...shapesSaid(words),
    ...addressesSaid(words),
    ...mechanismsSaid(words),
    ...leftSaid(words),
    ...(namesSaid(words) ? (['known-by-two-names'] as const) : []),
  ])
  return [
    ...[...remarks].map(
      (says): Say =>
        ({ node, from }) => ({
          relation: 'remarks',
          row: { says, ...(node && { node }), ...(says === 'one-address-only' && deviceOf(words)) },
          from,
        }),
    ),
    ...(isMessage ? [] : attempts).map(
      (row): Say =>
        ({ node, from }) => ({ relation: 'attempts', row: { ...row, ...(node && { node }) }, from }),
    ),
    ...stateIn(sentence),
    ...meshIn(words),
    ...natIn(words),
    ...(speaksOfPod(sentence) ? [] : podsIn(words)),
    ...machineIn(words, sentence),
    ...settingsIn(words),
    ...proxyIn(words),
  ]
}

const deviceOf = (words: readonly string[]): { readonly device?: string } => {
  const device = deviceIn(words)
  return device === undefined ? {} : { device }
}

/** Whether the node-to-node mesh is on, as a setting. */
function meshIn(words: readonly string[]): readonly Say[] {
  const isOn = meshSaid(words)
  if (isOn === undefined) return []
  const row = {
    of: 'BGPConfiguration' as const,
    in: 'told',
    name: 'nodeToNodeMeshEnabled',
    value: String(isOn),
  }
  return [({ from }) => ({ relation: 'settings', row, from })]
}

/** That a pool has no outgoing NAT, as a setting of the pool. */
function natIn(words: readonly string[]): readonly Say[] {
  if (natOffSaid(words) === undefined) return []
  const row = { of: 'other' as const, in: 'told', name: 'natOutgoing', value: 'false' }
  return [({ from }) => ({ relation: 'settings', row, from })]
}

/** A kube-proxy that runs. */
const proxyIn = (words: readonly string[]): readonly Say[] =>
  isProxySaidToRun(words)
    ? [
        ({ node, from }) => ({
          relation: 'pods',
          row: {
            namespace: 'kube-system',
            name: 'kube-proxy-XXXXX',
            containers: [],
            ready: true,
            status: 'Running',
            ...(node && { node }),
          },
          from,
        }),
      ]
    : []

/** Ranges and switches, as settings that somebody told. */
const settingsIn = (words: readonly string[]): readonly Say[] =>
  [...rangesSaid(words), ...switchesSaid(words), ...tunnelsSaid(words), ...labelsSaid(words)].map(
    (row): Say =>
      ({ node, from }) => ({ relation: 'settings', row: { ...row, ...(node && { node }) }, from }),
  )

const podsIn = (words: readonly string[]): readonly Say[] =>
  podsSaid(words).map(
    (row): Say =>
      ({ node, namespace, from }) => ({
        relation: 'pods',
        row: { ...row, namespace: namespace ?? '', ...(node && { node }) },
        from,
      }),
  )

/** Daemons, disks, ports and programs of a machine. */
function machineIn(words: readonly string[], sentence: string): readonly Say[] {
  const rows: readonly Told[] = [
    ...unitsSaid(words, sentence).map((row) => told('units', row)),
    ...backendsSaid(words),
    ...forwardPolicySaid(words).map((row) => told('filterChains', row)),
    ...disksSaid(words).map((row) => told('mounts', row)),
    ...portsSaid(words).map((row) => told('reachability', row)),
    ...versionsSaid(words).map((row) => told('versions', row)),
  ]
  return rows.map(
    ({ relation, row }): Say =>
      ({ node, from }) =>
        ({ relation, row: { ...row, ...(node && { node }) }, from }) as ReadRow,
  )
}

/** States of calico-node and of its container. */
function stateIn(sentence: string): readonly Say[] {
  const path = missingMountIn(sentence)
  return [
    ...(speaksOfPod(sentence)
      ? [
          ({ node, namespace, from }: Parameters<Say>[0]) => ({
            relation: 'pods' as const,
            row: podSaid(sentence, { node, namespace }),
            from,
          }),
        ]
      : []),
    ...(path === undefined
      ? []
      : [
          ({ from }: Parameters<Say>[0]) => ({
            relation: 'settings' as const,
            row: { of: 'container' as const, in: 'calico-node', name: 'missingMounts', value: path },
            from,
          }),
        ]),
  ]
}

/** Longer ones are documentation: they tell how things work, not what happened. */
const wordsMax = 45

/** `ufw off: all well; ufw on: nothing works` tells of two things: each part is its own account. */
function attemptsIn(
  sentence: string,
  words: readonly string[],
  next: string | undefined,
): readonly AttemptRow[] {
  if (!sentence.includes(';')) return attemptsOf(sentence, words, next)
  const parts = sentence.split(';', partsMax)
  return parts.flatMap((part, at) => attemptsOf(part, wordsOf(part), parts[at + 1] ?? next))
}

const partsMax = 8

function attemptsOf(part: string, words: readonly string[], next: string | undefined): readonly AttemptRow[] {
  const change = changeIn(part)
  const set = change === undefined ? settingSaid(part) : change.act
  const acts: readonly ToldAct[] = set === undefined ? actsSaid(words) : [{ ...set, isDone: true }]
  if (acts.length === 0) return []
  const own = outcomeOf(change === undefined ? words : wordsOf(change.rest))
  const outcome = own === 'unknown' ? outcomeOfNext(next) : own
  return acts
    .filter(({ act, isDone }) => outcome !== 'unknown' || (isDone && !alsoRemarks.has(act)))
    .map(({ isDone: _isDone, ...act }) => ({ ...act, outcome }))
}

/** Things that happen anyway: they are attempts only where somebody says what came of them. */
const alsoRemarks: ReadonlySet<string> = new Set([
  'upgrade',
  'reboot',
  'apply-manifest',
  'reload-worker',
  'replace-worker',
])

/** `We stopped firewalld. No change.` */
function outcomeOfNext(next: string | undefined) {
  if (next === undefined || supposes(next)) return 'unknown'
  const words = wordsOf(next)
  return words.length > nextMax || actsSaid(words).length > 0 ? 'unknown' : outcomeOf(words)
}

const nextMax = 12
