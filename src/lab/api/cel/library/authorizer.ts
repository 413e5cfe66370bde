/**
 * Questions about rights: staging:apiserver/pkg/cel/library/authz.go. Who may ask gets a variable `authorizer`.
 *
 * Not imitated: field and label selectors in questions; they are left out, as those of a text that is none.
 */
import type { Environment } from '@marcbachmann/cel-js'
import { labelFaults, subdomainFaults } from '#lab/api/admission/names.ts'
import type { Attributes, Decision, ResourceAttributes } from '#lab/api/authorization/attributes.ts'
import type { Authorizer as Access } from '#lab/api/authorization/authorizer.ts'
import { fail } from '#lab/api/cel/failure.ts'
import type { Identity } from '#lab/api/verbs/state.ts'

type Asked = Omit<ResourceAttributes, 'kind' | 'verb'>

/** The variable `authorizer` of who sent a request. */
export class Authorizer {
  readonly #access: Access
  readonly #user: Identity
  /** `authorizer.requestResource`: what the request is about. */
  readonly requestResource: ResourceCheck | undefined

  constructor(access: Access, user: Identity, asked?: Asked) {
    this.#access = access
    this.#user = user
    this.requestResource = asked === undefined ? undefined : new ResourceCheck(this, asked)
  }

  decide(attributes: Attributes): Decided {
    return new Decided(this.#access.decide(this.#user, attributes))
  }

  serviceAccount(namespace: string, name: string): Authorizer {
    if (subdomainFaults(name).length > 0) return fail('Invalid service account name')
    if (labelFaults(namespace).length > 0) return fail('Invalid service account namespace')
    const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated']
    return new Authorizer(this.#access, { username: `system:serviceaccount:${namespace}:${name}`, groups })
  }
}

class Decided {
  readonly decision: Decision

  constructor(decision: Decision) {
    this.decision = decision
  }
}

class PathCheck {
  readonly check: (verb: string) => Decided

  constructor(authorizer: Authorizer, path: string) {
    this.check = (verb) => authorizer.decide({ kind: 'path', path, verb })
  }
}

class GroupCheck {
  readonly authorizer: Authorizer
  readonly group: string

  constructor(authorizer: Authorizer, group: string) {
    this.authorizer = authorizer
    this.group = group
  }
}

class ResourceCheck {
  readonly authorizer: Authorizer
  readonly asked: Asked

  constructor(authorizer: Authorizer, asked: Asked) {
    this.authorizer = authorizer
    this.asked = asked
  }

  with(more: Partial<Asked>): ResourceCheck {
    return new ResourceCheck(this.authorizer, { ...this.asked, ...more })
  }
}

const given = (text: string, what: string): string =>
  text.trim() === '' ? fail(`${what} must not be empty`) : text

const types = {
  authorizer: 'kubernetes.authorization.Authorizer',
  path: 'kubernetes.authorization.PathCheck',
  group: 'kubernetes.authorization.GroupCheck',
  resource: 'kubernetes.authorization.ResourceCheck',
  decision: 'kubernetes.authorization.Decision',
} as const

export function registerAuthorizer(environment: Environment): void {
  const { authorizer, path, group, resource, decision } = types
  environment
    .registerType(authorizer, Authorizer)
    .registerType(path, PathCheck)
    .registerType(group, GroupCheck)
    .registerType(resource, ResourceCheck)
    .registerType(decision, Decided)
    .registerFunction(
      `${authorizer}.path(string): ${path}`,
      (of: Authorizer, text: string) => new PathCheck(of, given(text, 'path')),
    )
    .registerFunction(
      `${authorizer}.group(string): ${group}`,
      (of: Authorizer, name: string) => new GroupCheck(of, name),
    )
    .registerFunction(
      `${authorizer}.serviceAccount(string, string): ${authorizer}`,
      (of: Authorizer, namespace: string, name: string) => of.serviceAccount(namespace, name),
    )
    .registerFunction(
      `${group}.resource(string): ${resource}`,
      (of: GroupCheck, name: string) =>
        new ResourceCheck(of.authorizer, { group: of.group, resource: given(name, 'resource') }),
    )
    .registerFunction(`${path}.check(string): ${decision}`, (of: PathCheck, verb: string) => of.check(verb))
    .registerFunction(
      `${resource}.check(string): ${decision}`,
      ({ authorizer: by, asked }: ResourceCheck, verb: string) =>
        by.decide({ kind: 'resource', verb, ...asked }),
    )
    .registerFunction(`${decision}.allowed(): bool`, (of: Decided) => of.decision.allowed)
    .registerFunction(`${decision}.reason(): string`, (of: Decided) => of.decision.reason)
    .registerFunction(`${decision}.errored(): bool`, () => false)
    .registerFunction(`${decision}.error(): string`, () => '')
  for (const part of ['subresource', 'namespace', 'name'] as const)
    environment.registerFunction(
      `${resource}.${part}(string): ${resource}`,
      (of: ResourceCheck, text: string) => of.with({ [part]: text }),
    )
  for (const part of ['fieldSelector', 'labelSelector'])
    environment.registerFunction(`${resource}.${part}(string): ${resource}`, (of: ResourceCheck) => of)
}
