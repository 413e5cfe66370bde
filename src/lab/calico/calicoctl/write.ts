import { parseAllDocuments } from 'yaml'
import { isObject } from '#lab/api/json.ts'
import type { KubeObject } from '#lab/api/objects.ts'
import { isKubeError, type Kube, type KubeError } from '#lab/api/ports.ts'
import { datastore } from '#lab/calico/calicoctl/datastore.ts'
import { type Options, optionsOf } from '#lab/calico/calicoctl/options.ts'
import { conclusion, type Verb } from '#lab/calico/calicoctl/outcome.ts'
import { known } from '#lab/calico/calicoctl/read.ts'
import { Refusal } from '#lab/calico/calicoctl/refusal.ts'
import type { Kind } from '#lab/calico/calicoctl/resources.ts'
import { checkFields, faultOf, tierKept } from '#lab/calico/calicoctl/validate.ts'
import { isErrno, type Process } from '#lab/host/ports.ts'
import { readAll } from '#lab/host/process/streams.ts'

/** `calicoctl create|apply|replace|delete`, by file or by name. */
export async function write(p: Process, verb: Verb, words: readonly string[]): Promise<number> {
  const o = optionsOf(words)
  const kube = await datastore(p)
  const objects = o.file === undefined ? fromWords(o) : await fromFile(p, o.file)
  const wanted = objects.map((object) => ({ object, kind: known(String(object['kind'])) }))
  if (verb !== 'delete') for (const { object, kind } of wanted) await checkFields(kube, kind, object)
  const faults: string[] = []
  for (const each of wanted) {
    const fault = await written(kube, { ...each, verb, o })
    if (fault !== undefined) faults.push(fault)
  }
  const handled = objects.length - faults.length
  p.stdout.write(conclusion({ verb, kinds: wanted.map(({ kind }) => kind.kind), handled, faults }))
  return 0
}

/** Writes one resource; answers why it could not be. */
async function written(
  kube: Kube,
  {
    object,
    kind,
    verb,
    o,
  }: {
    readonly object: Readonly<Record<string, unknown>>
    readonly kind: Kind
    readonly verb: Verb
    readonly o: Options
  },
): Promise<string | undefined> {
  const metadata = isObject(object['metadata']) ? object['metadata'] : {}
  const name = String(metadata['name'] ?? '')
  const fault = await faultIn(kube, { verb, kind, name }, object)
  if (fault !== undefined) return fault
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
    return undefined
  } catch (error) {
    if (!isKubeError(error)) throw error
    return o.skipExists ? undefined : reasonOf(error, `${kind.kind}(${name})`)
  }
}

async function faultIn(
  kube: Kube,
  { verb, kind, name }: { readonly verb: Verb; readonly kind: Kind; readonly name: string },
  object: Readonly<Record<string, unknown>>,
): Promise<string | undefined> {
  if (verb === 'delete') return kind.kind === 'Tier' ? tierKept(kube, name) : undefined
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
