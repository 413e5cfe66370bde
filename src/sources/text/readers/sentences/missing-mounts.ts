/**
 * `the mount of /lib/modules into the container is missing`, `/sys/fs/bpf is not mounted`: read as a setting of the
 * container (`missingMounts`), since it tells of a state; who adds the mount makes an attempt (`add-mount`).
 */
export function missingMountIn(sentence: string): string | undefined {
  if (!/\b(?:mount|hostpath|volume)/i.test(sentence)) return undefined
  const path = /(?<![\w.:/])(?<path>\/[a-z][\w./-]{1,120})/.exec(sentence)?.groups?.path
  const isMissing =
    /\b(?:missing|absent|lacking|lacks|forgotten|without|no (?:volume|mount|hostpath)|(?:not|isn['’]t|never|wasn['’]t) (?:been )?mounted)\b/i.test(
      sentence,
    )
  // A message of mount(8) or kubelet tells of a failure in its own words.
  const isMessage = /\b(?:failed|error|timed out|cannot|permission denied)\b/i.test(sentence)
  return isMissing && !isMessage ? path?.replace(/[./]$/, '') : undefined
}
