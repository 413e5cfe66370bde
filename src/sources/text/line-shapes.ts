/** What a line looks like at first sight: a cheap guess that spares the readers work. */

export const isBlank = (line: string | undefined): boolean => line === undefined || /^\s*$/.test(line)

/** ```` ``` ```` with or without a language, and `---` or `===` rules. */
export const isFence = (line: string): boolean =>
  /^\s*(?:```[\w-]{0,20}|~~~[\w-]{0,20}|[-=_*]{3,})\s*$/.test(line)

/** Text in a form in which a line that goes on does not start: what follows a wrapped line must be none of these. */
export const startsStructure = (line: string): boolean =>
  looksLikeLog(line) ||
  /^\s*(?:Normal|Warning)\s/.test(line) ||
  /^\s*[A-Z]\w+\s+(?:True|False|Unknown)\s/.test(line) ||
  /^\s*[A-Za-z][\w .()/-]{0,60}:(?:\s{2,}\S|$)/.test(line) ||
  /^\s*(?:apiVersion|kind|metadata|spec|status|- name|- type):/.test(line) ||
  /^\s*\S{1,253}\s+\d{1,3}\/\d{1,3}\s+[A-Z]/.test(line) ||
  /^[[(]?[\w.-]{1,60}@[\w.-]{1,60}|^[$#] /.test(line) ||
  /^\s*[|+]/.test(line) ||
  isFence(line)

/** The line starts as a log line of some program does. */
export const looksLikeLog = (line: string): boolean =>
  /^(?:\d{4}-\d\d-\d\d[T _]\d\d:|bird: |[IWEF]\d{4} \d\d:|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d |time="|level=\w+ |\{"|\[pod\/|\[ *\d{1,9}\.\d{6}\] |\[[A-Z][a-z]{2} [A-Z][a-z]{2} |\[[A-Z]+\]\[\d|\[(?:NOTICE|WARNING|ALERT)\] {1,4}(?:\d|\()|[a-z][\w-]{1,40}\/[\w-]{1,80}\.go \d{1,6}: |[a-z][\w-]{1,80}\.go:\d{1,6}\] )/.test(
    line,
  )
