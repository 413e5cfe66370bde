/**
 * A case: pieces of text about one trouble that arrive one after another, kept in a folder with the verdict that was reached
 * last. Every `.txt` in it is a piece, in the order of their names, so that people may add, mend or remove pieces by hand.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { Trouble } from '#base/trouble.ts'
import { renderSubject } from '#cluster/subjects.ts'
import { symptomEntryOf } from '#cluster/symptoms.ts'
import type { Diagnosis } from '#diagnosis/types.ts'
import { decodeText, type TextPiece } from '#sources/text/index.ts'

const verdictShape = z.object({
  apiVersion: z.literal('ninelives.dev/v1'),
  kind: z.literal('Case'),
  verdict: z.enum(['healthy', 'broken', 'undecided']),
  causes: z.array(z.object({ id: z.string(), title: z.string(), confidence: z.string(), where: z.string() })),
  unexplained: z.array(z.string()),
})

/** The verdict as it was left: enough to say what a new piece changed. */
export type CaseVerdict = z.infer<typeof verdictShape>

export interface CaseFolder {
  readonly pieces: readonly TextPiece[]
  /** What was concluded last; undefined for a new case. */
  readonly before: CaseVerdict | undefined
}

const verdictFile = 'case.json'

/**
 * Opens a case, a new one where the folder does not exist or is empty.
 *
 * @throws {Trouble} the path is no folder, or one that holds other things than a case, or its verdict cannot be read
 */
export function openCase(folder: string): CaseFolder {
  if (!existsSync(folder)) return { pieces: [], before: undefined }
  if (!statSync(folder).isDirectory())
    throw new Trouble('case-not-a-folder', `${folder} is no folder`, {
      hint: 'a case is a folder: name one that does not exist yet, or one that --case made before',
    })
  const names = readdirSync(folder).sort()
  const files = names.filter((name) => name.endsWith('.txt'))
  const isOther = names.length > 0 && files.length === 0 && !names.includes(verdictFile)
  if (isOther)
    throw new Trouble('case-other-folder', `${folder} holds other files and no case`, {
      hint: 'name a folder that does not exist yet; nothing was written',
    })
  return {
    pieces: files.map((name) => decodeText(name, readFileSync(join(folder, name)))),
    before: readVerdict(folder),
  }
}

function readVerdict(folder: string): CaseVerdict | undefined {
  const path = join(folder, verdictFile)
  if (!existsSync(path)) return undefined
  try {
    return verdictShape.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (cause) {
    throw new Trouble('case-damaged', `${path} cannot be read as the verdict of a case`, {
      hint: `remove it; the pieces stay: rm ${path}`,
      cause,
    })
  }
}

/** Keeps the pieces that the case does not hold yet, and answers all of them. A piece is written whole or not at all. */
export function addPieces(
  folder: string,
  { pieces: known }: CaseFolder,
  added: readonly TextPiece[],
): readonly TextPiece[] {
  mkdirSync(folder, { recursive: true })
  const all = [...known]
  for (const piece of added) {
    if (all.some(({ text }) => text === piece.text)) continue
    const name = `${String(nextNumber(all)).padStart(4, '0')}-${plainName(piece.name)}.txt`
    writeWhole(join(folder, name), piece.text)
    all.push({ name, text: piece.text })
  }
  return all
}

const nextNumber = (pieces: readonly TextPiece[]): number =>
  1 + Math.max(0, ...pieces.map(({ name }) => Number.parseInt(name, 10)).filter(Number.isFinite))

const plainName = (name: string): string =>
  name
    .toLowerCase()
    .replace(/\.txt$/, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 60) || 'piece'

export const verdictOf = ({ verdict, causes, unexplained }: Diagnosis): CaseVerdict => ({
  apiVersion: 'ninelives.dev/v1',
  kind: 'Case',
  verdict,
  causes: causes.map(({ mode, confidence, finding }) => ({
    id: mode.id,
    title: mode.title,
    confidence,
    where: renderSubject(finding.about),
  })),
  unexplained: [...new Set(unexplained.map(({ id }) => id))],
})

export const keepVerdict = (folder: string, verdict: CaseVerdict): void =>
  writeWhole(join(folder, verdictFile), `${JSON.stringify(verdict, null, 2)}\n`)

function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.part`, text)
  renameSync(`${path}.part`, path)
}

/** What is different now, one sentence each; empty where nothing is, or where there was no verdict before. */
export function changesSince(before: CaseVerdict | undefined, now: CaseVerdict): readonly string[] {
  if (before === undefined) return []
  const ids = [...new Set([...now.causes, ...before.causes].map(({ id }) => id))]
  return [
    ...(before.verdict === now.verdict ? [] : [`the verdict was ${before.verdict} and is ${now.verdict}`]),
    ...ids.flatMap((id) => causeChange(ofMode(before, id), ofMode(now, id))),
    ...openChanges(before, now),
  ]
}

type CaseCause = CaseVerdict['causes'][number]

const ofMode = ({ causes }: CaseVerdict, id: string): readonly CaseCause[] =>
  causes.filter((cause) => cause.id === id)

/** One failure mode, before and now: it may have become surer, or have found its place. */
function causeChange(before: readonly CaseCause[], now: readonly CaseCause[]): readonly string[] {
  const [title, was, is] = [(now[0] ?? before[0])?.title ?? '', said(before), said(now)]
  if (was === is) return []
  if (is === '') return [`no longer: ${title} (${was})`]
  return [was === '' ? `new: ${title} (${is})` : `${title}: was ${was}, is ${is}`]
}

/** `confirmed on node/w1 and node/w2`, `likely` */
function said(causes: readonly CaseCause[]): string {
  const places = causes.map(({ where }) => where).filter((where) => where !== 'cluster')
  const confidence = causes[0]?.confidence ?? ''
  return places.length === 0 ? confidence : `${confidence} on ${places.join(' and ')}`
}

function openChanges(before: CaseVerdict, now: CaseVerdict): readonly string[] {
  const title = (id: string): string => symptomEntryOf(id)?.title ?? id
  return [
    ...now.unexplained
      .filter((id) => !before.unexplained.includes(id))
      .map((id) => `not explained now: ${title(id)}`),
    ...before.unexplained
      .filter((id) => !now.unexplained.includes(id))
      .map((id) => `not open any more: ${title(id)}`),
  ]
}
