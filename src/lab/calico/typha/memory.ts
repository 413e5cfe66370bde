import { mebibyte } from '#lab/host/process/memory.ts'
import { typhaMebibytes } from '#lab/program-sizes.ts'

const kibibyte = 1024

/**
 * What a Typha holds, in bytes: a copy of every object, and for each client the buffers of a connection. The shares are rough (nobody
 * publishes them); what counts is that it grows with the cluster.
 */
export const typhaMemory = ({
  objects,
  clients,
}: {
  readonly objects: number
  readonly clients: number
}): number => Math.ceil(typhaMebibytes + ((objects * 6 + clients * 700) * kibibyte) / mebibyte) * mebibyte
