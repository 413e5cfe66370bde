/** Who speaks, in front of a line: a chat’s names and times, grep’s files and numbers. */
import { looksLikeLog } from '#sources/text/line-shapes.ts'

/** `[10:32] Ann: `, `10:32 AM Ann B.: `, `10:32 <ann> `, `[07.01.26, 10:32:11] Ann: `; what follows keeps its margin. */
export const timedSpeaker =
  /^\[?(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? )?\d{1,2}:\d\d(?::\d\d)?(?: ?[AaPp][Mm])?\]? (?:<[A-Za-z][\w .'-]{0,40}> |[A-Za-z][\w .'-]{0,40}: )(?=.{0,200}\S)/

/** `<ann> `; a placeholder stands among others. */
export const namedSpeaker = /^<[A-Za-z][\w .-]{0,40}> (?=\s{0,80}[^\s<])/

/** `Ann [10:32 AM]: ` */
const speakerWithTime = /^[A-Za-z][\w .'-]{0,40} \[\d{1,2}:\d\d(?: ?[AaPp][Mm])?\]:? /

/** `Ann: ` before what a program printed; before anything else it may be anybody's key. */
const speakerOfOutput = /^[A-Z][\w.'-]{1,30}(?: [A-Z][\w.'-]{0,30})?: /

/** A line that begins with a letter, without whoever says it before a program’s output. */
export function withoutSpeaker(line: string): string {
  const bracket = line.indexOf(' [')
  if (bracket > 0 && bracket < 45) {
    const timed = line.replace(speakerWithTime, '')
    if (timed !== line) return timed
  }
  const colon = line.indexOf(': ')
  if (colon > 0 && colon < 64) {
    const bare = line.replace(speakerOfOutput, '')
    if (bare !== line && looksLikeLog(bare)) return bare
  }
  return withoutFile(line)
}

/** `calico.log:2026-…`, `calico.log-12-…`: what grep puts before the lines of several files. */
function withoutFile(line: string): string {
  const bare = line.replace(/^[\w./@-]{1,200}\.(?:log|txt|out|gz)(?:[:-]\d{1,8})?[:-] ?/, '')
  return bare !== line && looksLikeLog(bare) ? bare : line
}

/** `12:2026-…`: the line's number, by grep. */
export function withoutNumber(line: string): string {
  const bare = line.replace(/^\d{1,8}[:-] ?/, '')
  return bare !== line && looksLikeLog(bare) ? bare : line
}
