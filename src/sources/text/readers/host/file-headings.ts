import type { Reader, Scope } from '#sources/text/reader.ts'

/**
 * A file's name on a line of its own above its lines: `/etc/fstab:`, `# /etc/systemd/system/docker.service.d/proxy.conf` (systemctl
 * cat), `==> /etc/hosts <==` (head, tail), `--- /etc/resolv.conf ---`. What follows is read as that file's.
 */
export const fileHeadingsReader: Reader = {
  read(source, at, scope) {
    const path = headingPath(source.lines[at]?.text ?? '')
    if (path === undefined) return undefined
    const { path: _before, ...rest } = scope
    const next: Scope = { ...rest, path }
    return { lines: 1, format: 'name of a file', rows: [], scope: next }
  },
}

/** Files that some reader of a host's files knows; folders and anything else are left to others. */
const headingPath = (text: string): string | undefined =>
  /^\s{0,4}(?:(?:#{1,6}|==>|[-=]{2,5}|\*{1,2}|[Ff]ile:?|cat) {0,2})?[`'"]?(?<path>\/(?:etc|proc|usr\/lib|lib|run|var\/lib|boot)\/[\w./@+-]{2,160}[\w-])[`'"]?(?::|\*{1,2}:?| ?(?:<==|[-=]{2,5}):?)?$/.exec(
    text,
  )?.groups?.path
