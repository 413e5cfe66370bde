/** What the init container of non-privileged mode says: it makes the folders and gives them to calico-node's user. */
import type { Fact, Reads } from '#cluster/facts.ts'
import { placeOfMessage } from '#cluster/queries.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { renderSubject } from '#cluster/subjects.ts'
import { isStillSo } from '#cluster/symptoms/bird-not-running.ts'
import type { Evidence, Finding } from '#diagnosis/types.ts'
import type { Names } from '#failures/runtime-dir-permissions/names.ts'
import type { RuntimeDirState } from '#failures/runtime-dir-permissions/state.ts'
import { stateOf } from '#failures/runtime-dir-permissions/state-of.ts'

/**
 * One finding for each place and folder that the init container could not make or give away.
 *
 * @see projectcalico/calico:node/pkg/hostpathinit/hostpath_init.go
 */
export function initFindings(view: Reads<Names>): readonly Finding<RuntimeDirState>[] {
  const rows = view.rows('messages').filter((row) => said[row.message.id] && isStillSo(view, row))
  const byFolder = Map.groupBy(rows, (row) => `${renderSubject(placeOfMessage(view, row))} ${pathOf(row)}`)
  return [...byFolder.values()].flatMap(([row, ...more]) =>
    row === undefined ? [] : [findingOf(view, row, [row, ...more])],
  )
}

const said: Readonly<Record<string, Pick<Evidence, 'weight' | 'says'>>> = {
  'startup/folder-owner-failed': {
    weight: 'decisive',
    says: 'the init container may not give the folder to calico-node’s user',
  },
  // A full or read-only disk fails alike.
  'startup/folder-create-failed': { weight: 'strong', says: 'the init container cannot make the folder' },
}

function findingOf(
  view: Reads<Names>,
  first: Fact<MessageRow>,
  rows: readonly Fact<MessageRow>[],
): Finding<RuntimeDirState> {
  const about = placeOfMessage(view, first)
  const path = pathOf(first)
  return {
    about,
    says: `calico-node’s user is not given ${path}`,
    evidence: rows.flatMap((row) => {
      const evidence = said[row.message.id]
      return evidence === undefined ? [] : [{ ...evidence, from: row.from }]
    }),
    preventive: false,
    state: stateOf(view, { about, path, row: undefined, identities: undefined }),
  }
}

/** Canonical: `/run/calico`, without a slash at its end. */
const pathOf = ({ message }: MessageRow): string =>
  (message.params.path ?? '').replace(/^\/var\/run\//, '/run/').replace(/\/$/, '')
