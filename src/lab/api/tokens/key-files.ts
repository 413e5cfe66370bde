/** The keys that kube-apiserver is started with: kubernetes/kubernetes:pkg/controlplane/apiserver/options/options.go. */
import type { ApiServer } from '#lab/api/server.ts'
import { type TokenKey, tokenKeys } from '#lab/api/tokens/jwt.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'

/** Why a server does not start; the text is its own. */
export class KeyTrouble extends Error {}

/** Gives the server the keys of its flags; without the flags it keeps those that it has. Rejects with {@link KeyTrouble}. */
export async function useKeyFiles(p: Process, api: ApiServer): Promise<void> {
  const values = (flag: string): readonly string[] =>
    p.argv.filter((word) => word.startsWith(`--${flag}=`)).map((word) => word.slice(flag.length + 3))
  const [signer] = values('service-account-signing-key-file')
  if (signer === undefined) return
  const [signing] = await keysOf(p, signer, 'failed to parse service-account-issuer-key-file: ')
  const files = await Promise.all(values('service-account-key-file').map((file) => keysOf(p, file, '')))
  if (signing !== undefined) api.state.tokens.useKeys({ signing, accepted: files.flat() })
}

async function keysOf(p: Process, file: string, before: string): Promise<readonly TokenKey[]> {
  try {
    const keys = tokenKeys(await p.files.read(file))
    if (keys.length > 0) return keys
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new KeyTrouble(`${before}open ${file}: ${error.message.toLowerCase()}`)
  }
  throw new KeyTrouble(`${before}data does not contain any valid RSA or ECDSA private keys`)
}
