/** Errors that every client of the Kubernetes API words alike: the inner errors of many other messages. */
import { from } from '#cluster/messages/entries.ts'

export const apiEntries = [
  ...from('kubernetes/apiserver:pkg/authorization/authorizer/rbac.go', {
    // Up to 1.11: `cannot list nodes at the cluster scope`, without the word resource.
    'api/forbidden': [
      'forbidden: user ',
      /(?:(?<kind>[\w.-]{1,120})(?: \\{0,3}"(?<name>[^"\\]{1,253})\\{0,3}")? is )?forbidden: User \\{0,3}"(?<user>[^"\\]+)\\{0,3}" cannot (?<verb>\w+) (?:resource \\{0,3}"(?<resource>[^"\\]+)\\{0,3}" in API group \\{0,3}"(?<apiGroup>(?<group>[^"\\]*))\\{0,3}"|path \\{0,3}"(?<path>[^"\\]+)\\{0,3}"|(?<resource2>[\w./-]{1,120}))(?: (?:at the cluster scope|in the namespace \\{0,3}"(?<namespace>[^"\\]+)\\{0,3}"))?(?:[:.]? RBAC: \[?(?:cluster)?role\S{0,80} \\{0,3}"(?<missingRole>[^"\\]+)\\{0,3}" not found)?/,
      'an account lacks a right',
    ],
    'api/role-missing': [
      'rbac: ',
      /RBAC: \[?(?<kind>(?:cluster)?role)\S{0,80} \\{0,3}"(?<name>[^"\\]+)\\{0,3}" not found/,
      'an account is bound to a role that does not exist',
    ],
  }),
  ...from('kubernetes/client-go:tools/cache/reflector.go', {
    'api/unauthorized': [
      'unauthorized',
      /(?:(?:[Ff]ailed|unable) to (?:list|watch|get|create|update|patch)[^:\n]{1,160}: |connection is unauthorized: |\berr(?:or)?=\\{0,3}"?|\(|error getting [^:\n]{1,60}: )Unauthorized\b/,
      'the API server does not accept the client’s token or certificate',
    ],
    'api/list-failed': [
      'ailed to list *',
      /[Ff]ailed to list \*(?<type>[\w./]{1,120}): (?<error>.+)/,
      'a client cannot read a kind of resource',
    ],
  }),
  ...from('kubernetes/apimachinery:pkg/api/errors/errors.go', {
    'api/credentials-asked': [
      'the server has asked for the client to provide credentials',
      /the server has asked for the client to provide credentials/,
      'the API server does not accept the client’s token or certificate',
    ],
    'api/admission-denied': [
      'admission webhook ',
      /admission webhook \\{0,3}"(?<webhook>[^"\\]+)\\{0,3}" denied the request(?:: (?<error>.+))?/,
      'an admission webhook refuses the request',
    ],
    'api/webhook-failed': [
      'failed calling webhook ',
      /failed calling webhook \\{0,3}"(?<webhook>[^"\\]+)\\{0,3}": (?<error>.+)/,
      'an admission webhook cannot be reached',
    ],
    'api/resource-unknown': [
      'the server could not find the requested resource',
      /the server could not find the requested resource(?: \((?<request>(?<verb>\w+) (?<resource>[\w./-]+)[^)]*|[^)]+)\))?/,
      'the API server does not know this kind of resource: its CRD is missing',
    ],
    'api/conflict': [
      'the object has been modified',
      /(?:Operation cannot be fulfilled on (?<kind>[\w./-]{1,120}) \\{0,3}"(?<name>[^"\\]{1,253})\\{0,3}": )?the object has been modified/,
      'two writers changed an object at once; harmless where it is tried again',
    ],
    'api/watch-expired': [
      'too old resource version',
      /too old resource version(?:: (?<version>\d+) \((?<oldest>\d+)\))?/,
      'a watch was interrupted and is begun anew; harmless',
    ],
    'api/already-exists': [
      '" already exists',
      /(?<kind>[\w.]{1,120}) \\{0,3}"(?<name>[^"\\]{1,253})\\{0,3}" already exists/,
      'an object of this name is there',
    ],
    'api/invalid': [
      '" is invalid: ',
      /(?<kind>[\w.]{1,120}) \\{0,3}"(?<name>[^"\\]{0,253})\\{0,3}" is invalid: (?<error>.+)/,
      'the API server refuses a value of the object',
    ],
    'api/too-many-requests': [
      'too many requests',
      /the server has received too many requests and has asked us to try again later/,
      'the API server is overloaded or limits this client',
    ],
    'api/server-timeout': [
      'the server was unable to return a response',
      /the server was unable to return a response in the time allotted/,
      'the API server or etcd is slow',
    ],
    'api/not-found': [
      '" not found',
      /(?<resource>(?<kind>[\w.]{1,120})) \\{0,3}"(?<name>[^"\\]{1,253})\\{0,3}" not found/,
      'the object is not there',
    ],
  }),
  ...from('kubernetes/apimachinery:pkg/api/meta/errors.go', {
    'api/kind-unknown': [
      'no matches for kind ',
      /no matches for kind \\{0,3}"(?<kind>[^"\\]+)\\{0,3}" in (?:version|group) \\{0,3}"(?<version>[^"\\]+)\\{0,3}"/,
      'the API server does not serve this kind: its CRD is missing, or the version is gone',
    ],
    'api/kind-unregistered': [
      'is registered for version ',
      /no kind \\{0,3}"(?<kind>[^"\\]+)\\{0,3}" is registered for version \\{0,3}"(?<version>[^"\\]+)\\{0,3}"/,
      'a program meets a kind that it does not know: versions differ',
    ],
  }),
  ...from('kubernetes/apimachinery:pkg/util/wait/error.go', {
    'api/wait-timeout': [
      'timed out waiting for the condition',
      /timed out waiting for the condition/,
      'something that was waited for did not happen in time',
    ],
  }),
  ...from('kubernetes/pod-security-admission:admission/admission.go', {
    'api/pod-security-violated': [
      'violates podsecurity ',
      /violates PodSecurity \\{0,3}"(?<level>[^"\\]+)\\{0,3}": (?<error>.+)/,
      'the namespace’s pod security level forbids the pod',
    ],
  }),
  ...from('openshift/apiserver-library-go:pkg/securitycontextconstraints/sccadmission/admission.go', {
    'api/security-refused': [
      'unable to validate against any ',
      /unable to validate against any (?<policy>security context constraint|pod security policy): (?<error>.+)/,
      'no policy of the cluster lets the pod have what it asks for',
    ],
  }),
  ...from('kubernetes/kubernetes:plugin/pkg/admission/security/podsecuritypolicy/admission.go', {
    'api/pod-policy-refused': [
      'podsecuritypolicy: unable to admit pod',
      /PodSecurityPolicy: unable to admit pod(?:: (?<error>.+))?/,
      'no PodSecurityPolicy lets the pod have what it asks for',
    ],
    'api/restricted-policy-used': [
      'restricted',
      /\b(?:kubernetes\.io\/psp|openshift\.io\/scc)["']?[:=] {0,20}["']?(?<policy>[\w.-]{0,60}restricted[\w.-]{0,60})/,
      'a restricted security policy was applied to a pod',
    ],
  }),
  ...from('kubernetes/kubernetes:plugin/pkg/admission/securitycontext/scdeny/admission.go', {
    'api/security-context-denied': [
      'securitycontext.',
      /(?<field>(?:pod\.Spec\.)?SecurityContext\.(?:SupplementalGroups|SELinuxOptions|RunAsUser|FSGroup)) is forbidden/,
      'the plugin SecurityContextDeny forbids the pod’s security settings',
    ],
  }),
  ...from('kubernetes/kubernetes:plugin/pkg/admission/serviceaccount/admission.go', {
    'api/account-missing': [
      'error looking up service account ',
      /error looking up service account (?<namespace>[a-z0-9-]{1,63})\/(?<name>[\w.-]{1,253})/,
      'the service account of the pod does not exist',
    ],
  }),
  ...from('kubernetes/apiserver:pkg/admission/plugin/resourcequota/controller.go', {
    'api/quota-exceeded': [
      'exceeded quota: ',
      /exceeded quota: (?<quota>[\w.-]+)(?:, requested: (?<requested>[^,\s]+))?/,
      'the namespace’s quota is used up',
    ],
    'api/quota-scope': [
      'insufficient quota to match these scopes',
      /insufficient quota to match these scopes: (?<scopes>\[.{1,300}?\}\])/,
      'the namespace may not hold pods of this priority class',
    ],
  }),
  ...from('kubernetes/kubernetes:plugin/pkg/admission/limitranger/admission.go', {
    'api/limit-range': [
      ' usage per ',
      /(?<bound>minimum|maximum) (?<resource>[\w./-]+) usage per (?<of>Container|Pod) is (?<amount>[\d.]*\w+)/,
      'a LimitRange of the namespace does not allow what the pod asks for',
    ],
  }),
  ...from('kubernetes/apiserver:pkg/admission/plugin/policy/validating/dispatcher.go', {
    'api/admission-policy-denied': [
      "validatingadmissionpolicy '",
      /ValidatingAdmissionPolicy '(?<policy>[\w.-]{1,253})' (?:with binding '(?<binding>[\w.-]{1,253})' )?denied request: (?<error>[^\n]+)/,
      'a policy of the cluster’s own refuses the object',
    ],
  }),
  ...from('kubernetes/kubernetes:plugin/pkg/admission/priority/admission.go', {
    'api/priority-class-missing': [
      'no priorityclass with name ',
      /no PriorityClass with name (?<name>[\w.-]+) was found/,
      'the pod asks for a priority class that does not exist',
    ],
  }),
  ...from('kubernetes/apimachinery:pkg/api/validation/objectmeta.go', {
    'api/annotations-too-long': [
      'annotations: too long: ',
      /metadata\.annotations: Too long: (?:must have at most|may not be more than) (?<limit>\d+)/,
      'client-side apply does not fit: the object is too large for its last-applied annotation',
    ],
    'api/field-immutable': [
      'field is immutable',
      /(?<field>[\w.[\]-]{1,120}): (?:Invalid value: .{0,600}?: )?field is immutable/,
      'this field cannot be changed: the object must be made anew',
    ],
  }),
  // Which object it is that any of the above refuse.
  ...from('kubernetes/apimachinery:pkg/api/errors/errors.go', {
    'api/object-forbidden': [
      '" is forbidden: ',
      /(?<kind>[a-z][\w.]{1,120}) \\{0,3}"(?<name>[^"\\]{1,253})\\{0,3}" is forbidden: (?!User )(?<error>[^\n]+)/,
      'an admission plugin refuses the object',
    ],
  }),
]
