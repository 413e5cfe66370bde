import { certificateLines } from '#sources/formats/host/certificates.ts'
import { targetOf } from '#sources/formats/host/reach.ts'
import { nodeOrPod, type Scope } from '#sources/text/reader.ts'
import { argumentsOf, isInPod, lineReader, type Told } from '#sources/text/readers/host/line-reader.ts'

/** `openssl x509`, `openssl s_client`, `kubeadm certs check-expiration`: dates and names, and whether a server's is trusted. */
export const certificatesReader = lineReader({
  format: 'certificates',
  relations: ['certificates', 'reachability'],
  spansBlanks: true,
  open: (scope) => {
    const asked = argumentsOf(scope, 'openssl')
    const server = optionOf(asked, '-connect')
    const lines = certificateLines(optionOf(asked, '-in') ?? server)
    return {
      line: (text) => {
        const verified = verification(text)
        if (verified !== undefined) return tlsTold(verified, server, scope)
        return lines.line(text) ? [] : undefined
      },
      end: () => lines.certificates().map((row) => ({ relation: 'certificates', row })),
    }
  },
})

const optionOf = (words: readonly string[] | undefined, option: string): string | undefined => {
  const at = words?.indexOf(option) ?? -1
  return at < 0 ? undefined : words?.[at + 1]
}

/** Whether s_client trusts the server's certificate; undefined for a line that does not say it. */
function verification(text: string): 'ok' | 'tls-failed' | 'neither' | undefined {
  if (/^\s*Verif(?:y return code|ication): (?:0 \()?(?:ok|OK)\)?$/.test(text)) return 'ok'
  if (/^(?:\s*Verify return code: [1-9]|Verification error: |verify error:num=\d)/.test(text))
    return 'tls-failed'
  return /^(?:depth=\d |verify return:\d|CONNECTED\(|---$)/.test(text) ? 'neither' : undefined
}

function tlsTold(
  verified: 'ok' | 'tls-failed' | 'neither',
  server: string | undefined,
  scope: Scope,
): readonly Told[] {
  const target = server === undefined ? undefined : targetOf(server)
  if (verified === 'neither' || target === undefined) return []
  const row = { node: nodeOrPod(scope), in: isInPod(scope) ? 'pod' : 'host', ...target } as const
  return [{ relation: 'reachability', row: { ...row, protocol: 'http', outcome: verified } }]
}
