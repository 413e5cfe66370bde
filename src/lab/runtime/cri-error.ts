/** A refusal of the container runtime as the kubelet sees it over gRPC: `rpc error: code = Unknown desc = …`. */
export class CriError extends Error {
  readonly code: 'Unknown' | 'NotFound' | 'Unavailable' | 'DeadlineExceeded'
  /** The words without the gRPC wrapping. */
  readonly description: string

  constructor(code: CriError['code'], description: string) {
    super(`rpc error: code = ${code} desc = ${description}`)
    this.name = 'CriError'
    this.code = code
    this.description = description
  }
}
