import type { TlsFiles } from '#lab/calico/typha/mutual-tls.ts'
import type { Process } from '#lab/host/ports.ts'

/** How a client finds Typha. */
export interface TyphaSettings {
  readonly namespace: string
  readonly service: string
  /** `FELIX_TYPHAADDR`: host:port, goes before the service. */
  readonly address: string
  readonly tls: TlsFiles | undefined
}

/**
 * The settings of the first prefix that names a Typha; undefined: the API server is read directly. Felix reads its own prefix,
 * confd several (projectcalico/calico:typha/pkg/syncclientutils/typhaconfig.go).
 */
export function typhaSettings(env: Process['env'], prefixes: readonly string[]): TyphaSettings | undefined {
  for (const prefix of prefixes) {
    const read = (name: string): string => env[`${prefix}_TYPHA${name}`] ?? ''
    const service = read('K8SSERVICENAME')
    const address = read('ADDR')
    if ((service === '' || service === 'none') && address === '') continue
    const files = {
      caFile: read('CAFILE'),
      certFile: read('CERTFILE'),
      keyFile: read('KEYFILE'),
      requiredName: read('CN'),
    }
    const wantsTls = Object.values(files).some((value) => value !== '')
    const namespace = read('K8SNAMESPACE') || 'kube-system'
    return { namespace, service, address, tls: wantsTls ? files : undefined }
  }
  return undefined
}
