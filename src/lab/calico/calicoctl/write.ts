import { parseAllDocuments } from 'yaml'
import { isObject } from '#lab/api/json.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import { isKubeError, type Kube, type KubeError } from '#lab/api/ports.ts'
import { datastore } from '#lab/calico/calicoctl/datastore.ts'
import { type Options, optionsOf } from '#lab/calico/calicoctl/options.ts'
import { known } from '#lab/calico/calicoctl/read.ts'
import { Refusal } from '#lab/calico/calicoctl/refusal.ts'
import type { Kind } from '#lab/calico/calicoctl/resources.ts'
import { checkFields, faultOf, tierInUse } from '#lab/calico/calicoctl/validate.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import { readAll } from '#lab/host/process/streams.ts'

const done: Readonly<Record<string, string>> = {
  create: 'created',
  apply: 'applied',
  replace: 'replaced',
  delete: 'deleted',
}

/** `calicoctl create|apply|replace|delete`, by file or by name. */
export async function write(
  p: Process,
  verb: 'create' | 'apply' | 'replace' | 'delete',
  words: readonly string[],
): Promise<number> {
  const o = optionsOf(words)
  const kube = await datastore(p)
  const objects = o.file === undefined ? fromWords(o) : await fromFile(p, o.file)
  const handled = new Set<string>()
  for (const object of objects) {
    const kind = known(String(object['kind']))
    const metadata = isObject(object['metadata']) ? object['metadata'] : {}
    const name = String(metadata['name'] ?? '')
    const fault = await faultIn(kube, { verb, kind, name }, object)
    if (fault !== undefined) throw new Refusal(`Failed to ${verb} '${kind.kind}' resource: [${fault}]`)
    const ref = {
      type: kind.type,
      name,
      ...(kind.namespaced ? { namespace: String(metadata['namespace'] ?? o.namespace ?? 'default') } : {}),
    }
    const body = {
      ...object,
      apiVersion: 'crd.projectcalico.org/v1',
      kind: kind.kind,
      metadata: { ...metadata, ...(ref.namespace === undefined ? {} : { namespace: ref.namespace }) },
    } as unknown as KubeObject // what a person wrote: the server judges it
    try {
      if (verb === 'delete') await kube.delete(ref)
      else await put(kube, { verb, ref, body })
    } catch (error) {
      if (o.skipExists && isKubeError(error)) continue
      if (!isKubeError(error)) throw error
      const reason = reasonOf(error, `${kind.kind}(${name})`)
      throw new Refusal(`Failed to ${verb} '${kind.kind}' resource: [${reason}]`)
    }
    handled.add(kind.kind)
  }
  // Resources of one kind are told by it, those of several by their number alone.
  const [only, ...more] = handled
  const kinds = only === undefined || more.length > 0 ? '' : `'${only}' `
  p.stdout.write(`Successfully ${done[verb]} ${objects.length} ${kinds}resource(s)\n`)
  return 0
}

async function faultIn(
  kube: Kube,
  { verb, kind, name }: { readonly verb: string; readonly kind: Kind; readonly name: string },
  object: Readonly<Record<string, unknown>>,
): Promise<string | undefined> {
  if (verb === 'delete') return kind.kind === 'Tier' ? tierInUse(kube, name) : undefined
  await checkFields(kube, kind, object)
  return faultOf(kube, kind, object)
}

function reasonOf({ reason, message }: KubeError, resource: string): string {
  if (reason === 'AlreadyExists') return `resource already exists: ${resource} with error: ${message}`
  return reason === 'NotFound' ? `resource does not exist: ${resource} with error: ${message}` : message
}

async function put(
  kube: Kube,
  {
    verb,
    ref,
    body,
  }: {
    readonly verb: 'create' | 'apply' | 'replace'
    readonly ref: Parameters<Kube['get']>[0]
    readonly body: KubeObject
  },
): Promise<void> {
  if (verb === 'create') return void (await kube.create(ref.type, body))
  try {
    const before = await kube.get<KubeObject>(ref)
    const { resourceVersion, uid, creationTimestamp } = before.metadata
    const metadata = {
      ...body.metadata,
      resourceVersion: resourceVersion ?? '',
      uid: uid ?? '',
      creationTimestamp: creationTimestamp ?? '',
    }
    await kube.update(ref.type, { ...body, metadata } as KubeObject) // the same object with what the server gave it
  } catch (error) {
    if (verb === 'replace' || !isKubeError(error, 'NotFound')) throw error
    await kube.create(ref.type, body)
  }
}

const fromWords = (o: Options): readonly Record<string, unknown>[] => {
  const [kind, ...names] = o.rest
  if (names.length === 0) throw new Refusal('Failed to execute command: resource name must be specified')
  return names.map((name) => ({ kind: known(kind).kind, metadata: { name } }))
}

async function fromFile(p: Process, path: string): Promise<readonly Record<string, unknown>[]> {
  try {
    const text = path === '-' ? await readAll(p) : await p.files.read(path)
    return parseAllDocuments(text)
      .map((document): unknown => document.toJS())
      .filter(isObject)
      .flatMap((object) => (Array.isArray(object['items']) ? object['items'].filter(isObject) : [object]))
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new Refusal(`Failed to execute command: open ${path}: ${error.message.toLowerCase()}`)
  }
}
