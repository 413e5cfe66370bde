/**
 * Secrets of type kubernetes.io/service-account-token: filled with a token that does not expire, and deleted with their
 * account. kubernetes/kubernetes:pkg/controller/serviceaccount/tokens_controller.go. Since 1.24 nobody makes them by itself.
 */
import type { ConfigMap, KubeObject, Secret } from '#lab/api/objects.ts'
import { resources } from '#lab/api/ports.ts'
import { type TokenKey, tokenKeys } from '#lab/api/tokens/jwt.ts'
import { legacyToken } from '#lab/api/tokens/tokens.ts'
import { unless } from '#lab/controllers/expected.ts'
import type { ControllerKit } from '#lab/controllers/kit.ts'
import { isErrno } from '#lab/host/ports.ts'

const type = 'kubernetes.io/service-account-token'
const nameKey = 'kubernetes.io/service-account.name'
const uidKey = 'kubernetes.io/service-account.uid'
const keyFlag = '--service-account-private-key-file='

/** Without a key file the controller does not run, as in the real manager. */
export function startTokenSecrets(kit: ControllerKit): void {
  const file = kit.p.argv.find((word) => word.startsWith(keyFlag))?.slice(keyFlag.length)
  if (file === undefined) return
  const secrets = kit.cache<Secret>(resources.secrets, ({ type: change, object }) => {
    if (change !== 'DELETED' && object.type === type) queue.add(keyOf(object))
  })
  const accounts = kit.cache<KubeObject>(resources.serviceAccounts, ({ object, previous }) => {
    if (previous !== undefined) return
    for (const secret of secrets.list())
      if (secret.type === type && accountKey(secret) === keyOf(object)) queue.add(keyOf(secret))
  })
  const authority = kit.cache<ConfigMap>(resources.configMaps)
  let key: TokenKey | undefined
  const queue = kit.controller(
    'tokens_controller',
    [secrets, accounts, authority],
    async (name, kube, self) => {
      const secret = secrets.get(name)
      if (secret === undefined || secret.type !== type) return
      const account = accounts.get(accountKey(secret))
      const { namespace = '' } = secret.metadata
      const ref = { type: resources.secrets, namespace, name: secret.metadata.name }
      const uid = secret.metadata.annotations?.[uidKey]
      if (account === undefined || (uid !== undefined && uid !== account.metadata.uid))
        return unless('NotFound', kube.delete(ref, { uid: secret.metadata.uid }))
      key ??= await keyOfFile(self.files, file)
      if (key === undefined) return
      const ca = authority.get(`${namespace}/kube-root-ca.crt`)?.data?.['ca.crt'] ?? ''
      const subject = { namespace, name: account.metadata.name, uid: account.metadata.uid }
      const data = {
        'ca.crt': base64(ca),
        namespace: base64(namespace),
        token: secret.data?.token ?? base64(legacyToken(subject, ref.name, key)),
        ...secret.data,
      }
      if (uid !== undefined && Object.keys(data).every((field) => secret.data?.[field] !== undefined)) return
      const annotations = { ...secret.metadata.annotations, [uidKey]: account.metadata.uid }
      await kube.update<Secret>(resources.secrets, {
        ...secret,
        metadata: { ...secret.metadata, annotations },
        data,
      })
    },
  )
}

const keyOf = ({ metadata }: KubeObject): string => `${metadata.namespace}/${metadata.name}`
const accountKey = ({ metadata }: Secret): string =>
  `${metadata.namespace}/${metadata.annotations?.[nameKey]}`
const base64 = (text: string): string => Buffer.from(text).toString('base64')

async function keyOfFile(
  files: { read(path: string): Promise<string> },
  path: string,
): Promise<TokenKey | undefined> {
  try {
    return tokenKeys(await files.read(path))[0]
  } catch (error) {
    if (!isErrno(error)) throw error
    return undefined
  }
}
