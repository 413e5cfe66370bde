/**
 * A policy engine's admission webhook, small: it reviews what it is sent and answers as its arguments say.
 *
 *     admission-webhook --cert=/etc/webhook/certs/tls.crt [--port=8443] [--answer=allow|deny|annotate|error|hang|nonsense]
 *                       [--namespaces=shop,kube-system] [--labels=app=web] [--message=TEXT] [--warning=TEXT]
 *
 * `--answer` holds for objects of these namespaces with these labels (default: all); others are allowed.
 */
import { rfc3339 } from '#base/clock.ts'
import { asObject, at, type JsonObject } from '#lab/api/json.ts'
import { isErrno, type Process, type Program } from '#lab/host/ports.ts'
import { untilTerminated } from '#lab/host/process/until-terminated.ts'
import type { HttpResponse } from '#lab/network/http.ts'
import { serveHttp } from '#lab/network/http.ts'
import { serveHttps } from '#lab/network/tls.ts'

interface Policy {
  readonly answer: string
  readonly namespaces: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  readonly message: string
  readonly warning: string
}

export const admissionWebhook: Program = async (p) => {
  const flag = (name: string): string => {
    const head = `--${name}=`
    return p.argv.find((word) => word.startsWith(head))?.slice(head.length) ?? ''
  }
  const list = (text: string): readonly string[] => text.split(',').filter((each) => each !== '')
  const policy: Policy = {
    answer: flag('answer') || 'allow',
    namespaces: list(flag('namespaces')),
    labels: Object.fromEntries(
      list(flag('labels')).map((pair) => [pair.split('=')[0], pair.split('=')[1] ?? '']),
    ),
    message: flag('message'),
    warning: flag('warning'),
  }
  const port = Number(flag('port') || 8443)
  try {
    const certificate = await p.files.read(flag('cert'))
    await serveHttps(p, { port, certificate: () => certificate }, (request) =>
      request.path === '/healthz'
        ? { status: 200, body: 'ok\n' }
        : (self) => review(self, policy, request.body),
    )
    await serveHttp(p, { port: 8081 }, () => ({ status: 200, body: 'ok\n', vouched: true }))
  } catch (error) {
    if (!isErrno(error)) throw error
    log(p, 'error', `cannot serve: ${error.path ?? `port ${port}`}: ${error.message.toLowerCase()}`)
    return 1
  }
  log(p, 'info', `listening on :${port}`)
  return untilTerminated(p, 0)
}

async function review(self: Process, policy: Policy, body: string): Promise<HttpResponse> {
  const { request } = JSON.parse(body) as { readonly request: JsonObject } // an AdmissionReview of the API server
  const concerns = isMeant(policy, request)
  const what = `${String(request.operation)} ${String(at(request, 'resource.resource'))} ${String(request.namespace ?? '')}/${String(request.name ?? '')}`
  const answer = concerns ? policy.answer : 'allow'
  log(self, 'info', `${what}: ${answer}`)
  switch (answer) {
    case 'error':
      return { status: 500, body: `${policy.message || 'policy engine: internal error'}\n` }
    case 'nonsense':
      return { status: 200, body: '{"kind":"Status","apiVersion":"v1"}' }
    case 'hang':
      // A worker that is stuck on a lock: the connection stays open and nothing comes.
      await self.sleep(24 * 3_600_000)
      return { status: 504, body: '' }
    default:
      return { status: 200, body: JSON.stringify(reviewed(policy, request, answer)) }
  }
}

function isMeant({ namespaces, labels }: Policy, request: JsonObject): boolean {
  const object = asObject(request.object ?? request.oldObject)
  const own = asObject(at(object, 'metadata.labels'))
  return (
    (namespaces.length === 0 || namespaces.includes(String(request.namespace))) &&
    Object.entries(labels).every(([key, value]) => own[key] === value)
  )
}

function reviewed({ message, warning }: Policy, request: JsonObject, answer: string): JsonObject {
  const response: Record<string, unknown> = { uid: request.uid, allowed: answer !== 'deny' }
  if (answer === 'deny') response.status = { code: 403, ...(message === '' ? {} : { message }) }
  if (warning !== '') response.warnings = [warning]
  if (answer === 'annotate') {
    response.patchType = 'JSONPatch'
    response.patch = Buffer.from(JSON.stringify(annotation(asObject(request.object), message))).toString(
      'base64',
    )
  }
  return { kind: 'AdmissionReview', apiVersion: 'admission.k8s.io/v1', response }
}

/** The patch that notes in an annotation that the policy engine has seen the object. */
function annotation(object: JsonObject, message: string): readonly unknown[] {
  const path = '/metadata/annotations'
  const missing = at(object, 'metadata.annotations') === undefined
  const value = message || 'yes'
  return [
    ...(missing ? [{ op: 'add', path, value: {} }] : []),
    { op: 'add', path: `${path}/policy.example.com~1reviewed`, value },
  ]
}

function log(p: Process, level: 'info' | 'error', says: string): void {
  p.stdout.write(`${rfc3339(p.now())} level=${level} msg=${JSON.stringify(says)}\n`)
}
