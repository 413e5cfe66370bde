/** Objects and lists as JSON text, encoded once per version of an object. */
import { stringify } from 'yaml'
import type { Form } from '#lab/api/http/accept.ts'
import { type Responder, sendJson } from '#lab/api/http/request.ts'
import type { JsonObject } from '#lab/api/json.ts'
import type { Stored } from '#lab/api/store.ts'
import { partial, table } from '#lab/api/table/table.ts'
import { groupVersion, type ResourceDef } from '#lab/api/types/resource-def.ts'

const encoded = new WeakMap<object, string>()

/** The JSON text of a frozen value. */
export function jsonText(value: object): string {
  let text = encoded.get(value)
  if (text === undefined) {
    text = JSON.stringify(value)
    if (Object.isFrozen(value)) encoded.set(value, text)
  }
  return text
}

export type Include = 'None' | 'Metadata' | 'Object'

export interface View {
  readonly def: ResourceDef
  readonly form: Form
  readonly include: Include
  readonly nowMs: number
  /** The object with its metadata.managedFields. Rows of tables go without them. */
  readonly shown: (object: Stored) => Stored
}

/** Answers with one object in the form that was asked for. */
export function sendObject(to: Responder, code: number, object: Stored, view: View): void {
  const { def, form } = view
  if (form.kind === 'object') {
    sendPlain(to, code, view.shown(object), form.yaml)
    return
  }
  if (form.kind === 'partial') {
    sendJson(to, code, partial(view.shown(object)))
    return
  }
  const metadata = { resourceVersion: object.metadata.resourceVersion }
  const { apiVersion } = form
  sendJson(to, code, table(def, [object], { ...view, apiVersion, metadata, columns: true }))
}

/** Answers with a value that is no stored object: a Status, a Scale, a review. */
export function sendPlain(to: Responder, code: number, value: JsonObject, yaml = false): void {
  if (yaml)
    to.send(code, { 'content-type': 'application/yaml' }, stringify(value, { aliasDuplicateObjects: false }))
  else sendJson(to, code, jsonText(value))
}

/** Answers with a list; `metadata` is that of the list. */
export function sendList(to: Responder, items: readonly Stored[], metadata: JsonObject, view: View): void {
  const { def, form } = view
  const kind = `${def.kind}List`
  if (form.kind === 'table') {
    const { apiVersion } = form
    sendJson(to, 200, table(def, items, { ...view, apiVersion, metadata, columns: true }))
  } else if (form.kind === 'partial') {
    sendJson(to, 200, {
      kind: 'PartialObjectMetadataList',
      apiVersion: 'meta.k8s.io/v1',
      metadata,
      items: items.map((item) => partial(view.shown(item))),
    })
  } else if (form.yaml)
    sendPlain(to, 200, { apiVersion: groupVersion(def), items: items.map(view.shown), kind, metadata }, true)
  else {
    const head = JSON.stringify({ kind, apiVersion: groupVersion(def), metadata })
    sendJson(
      to,
      200,
      `${head.slice(0, -1)},"items":[${items.map((item) => jsonText(view.shown(item))).join(',')}]}`,
    )
  }
}
