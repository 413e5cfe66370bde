import { parseTime } from '#base/clock.ts'
import type { CertificateRow } from '#cluster/relations.ts'

export interface CertificateLines {
  /** Whether the line belongs to a certificate; what it says is remembered. */
  readonly line: (text: string) => boolean
  /** The certificates of all lines so far. */
  readonly certificates: () => readonly CertificateRow[]
}

type Certificate = Omit<CertificateRow, 'of'> & { readonly of?: string }

/**
 * Lines of `openssl x509 -text|-dates|-subject`, of `openssl s_client` as far as they tell dates, and of
 * `kubeadm certs check-expiration`.
 *
 * @param of the file or server that was asked; a certificate without it is called by its subject
 * @see openssl/openssl:crypto/x509/t_x509.c; kubernetes/kubernetes:cmd/kubeadm/app/cmd/certs.go
 */
export function certificateLines(of: string | undefined): CertificateLines {
  const found: Certificate[] = []
  let isText = false
  let wantsNames = false
  const learn = (more: Certificate, isNew: boolean): true => {
    const last = found.at(-1)
    if (last === undefined || isNew) found.push(more)
    else found[found.length - 1] = { ...last, ...more }
    return true
  }
  return {
    line: (text) => {
      const listed = listedCertificate(text)
      if (listed !== undefined) return learn(listed, true)
      if (/^\s*(?:Certificate:|CERTIFICATE(?: AUTHORITY)?\s+EXPIRES\s)/.test(text)) {
        isText = /Certificate:/.test(text)
        if (isText) found.push({})
        return true
      }
      if (wantsNames) {
        wantsNames = false
        const names = namesOf(text)
        if (names.length > 0) return learn({ names }, false)
      }
      if (/^\s*X509v3 Subject Alternative Name:/.test(text)) {
        wantsNames = true
        return true
      }
      const field = fieldOf(text, isText)
      if (field !== undefined) return learn(field, has(found.at(-1), field))
      return isText
        ? /^\s{4,}\S|^-----(?:BEGIN|END) CERTIFICATE-----|^[A-Za-z0-9+/=]{64}$/.test(text)
        : isFiller(text)
    },
    certificates: () =>
      found
        .filter((one) => Object.keys(one).length > 0)
        .map((one) => ({ ...one, of: one.of ?? of ?? one.subject ?? 'a certificate' })),
  }
}

/** The same field again is another certificate. */
const has = (one: Certificate | undefined, field: Certificate): boolean =>
  one !== undefined && Object.keys(field).some((key) => key in one && key !== 'of')

function fieldOf(text: string, isText: boolean): Certificate | undefined {
  const before = /^\s*(?:notBefore=|Not Before ?: ?)(?<at>.{10,40})$/.exec(text)?.groups?.at
  if (before !== undefined) return dated('notBeforeMs', before)
  const after = /^\s*(?:notAfter=|Not After ?: ?)(?<at>.{10,40})$/.exec(text)?.groups?.at
  if (after !== undefined) return dated('notAfterMs', after)
  const subject = /^(?:subject= ?|\s{0,12}Subject: )(?<subject>\S.{1,250})$/.exec(text)
  const name = subject?.groups?.subject
  return name === undefined || (text.startsWith(' ') && !isText && !/=/.test(name))
    ? undefined
    : { subject: name.trim() }
}

/** `Jan  7 06:30:00 2027 GMT` */
function dated(key: 'notBeforeMs' | 'notAfterMs', text: string): Certificate | undefined {
  const at = parseTime(text.trim().replace(/\s+/g, ' '))
  return at === undefined ? undefined : { [key]: at }
}

const namesOf = (text: string): readonly string[] =>
  text
    .trim()
    .split(/, ?/)
    .flatMap((part) => /^(?:DNS|IP Address|IP|URI):(?<name>\S{1,253})$/.exec(part)?.groups?.name ?? [])

function listedCertificate(text: string): Certificate | undefined {
  const m =
    /^\s*(?<of>!?[\w./-]{2,80})\s+(?<at>[A-Z][a-z]{2} \d{1,2}, \d{4} \d\d:\d\d UTC)\s+(?:\d{1,4}[dhmy]|<invalid>)/.exec(
      text,
    )?.groups
  const at = parseTime(m?.at ?? '')
  return m?.of === undefined || at === undefined ? undefined : { of: m.of, notAfterMs: at }
}

const isFiller = (text: string): boolean => /^(?:issuer=|serial=|SHA\d{1,3} Fingerprint=|X509v3 )/.test(text)
