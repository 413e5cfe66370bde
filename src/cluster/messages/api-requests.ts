/** How requests to the Kubernetes API fail, as Go's client words them: which server was asked, and what came of it. */
import { from } from '#cluster/messages/entries.ts'

export const apiRequestEntries = [
  ...from('kubernetes/client-go:rest/request.go', {
    // Whatever failed below (TCP, TLS, a proxy), the server that was asked stands before it.
    'api/request-failed': [
      'https://',
      /\b(?<method>Get|Head|Post|Put|Patch|Delete) \\{0,3}"?https:\/\/(?<address>\[[\da-fA-F.:]{2,45}\]|[\w.-]{1,253})(?::(?<port>\d{1,5}))?\/(?:apis?\/|version\b)[^"\\\s]{0,400}?\\{0,3}"?: (?<error>[^\n]+)/,
      'a request to the API server failed on its way',
    ],
  }),
  ...from('kubernetes/apiserver:pkg/endpoints/handlers/responsewriters/errors.go', {
    // Cut before `User "…" cannot …`, as log libraries and people do.
    'api/forbidden-cut': [
      ' is forbidden',
      /(?:(?<quoted>connection is unauthorized): )?(?<kind>[a-z][\w./-]{1,120})(?: \\{0,3}"(?<name>[^"\\]{1,253})\\{0,3}")? is forbidden(?:\.{3}|…)?[\\"')\]]{0,4}$/,
      'an account lacks a right; which one was cut off',
    ],
  }),
  ...from('kubernetes/apiserver:pkg/endpoints/handlers/create.go', {
    'api/unknown-field': [
      'unknown field ',
      /(?:strict decoding error: |[Ww]arning: |ValidationError\([\w.[\]]{1,200}\): )?unknown field \\{0,3}"(?<field>[^"\\]{1,200})\\{0,3}"(?: in (?<kind>[\w.-]{3,200}))?/,
      'the server’s definition of this kind does not have the field: CRD and manifest are of different versions',
    ],
  }),
  ...from('kubernetes/kubectl:pkg/cmd/util/helpers.go', {
    'kubectl/unable-to-connect': [
      'unable to connect to the server: ',
      /Unable to connect to the server: (?<error>[^\n]+)/,
      'kubectl does not reach the API server, or does not trust it',
    ],
    'kubectl/mapping-missing': [
      'resource mapping not found for name: ',
      /resource mapping not found for name: \\{0,3}"(?<name>[^"\\]{1,253})\\{0,3}"[^\n]{0,300}?: (?<error>no matches for kind [^\n]+)/,
      'the API server does not serve the kind of an object in the manifest',
    ],
  }),
  ...from('projectcalico/calico:node/pkg/lifecycle/startup/startup.go', {
    'startup/crds-missing': [
      'make sure the custom resource definitions have been created',
      /Make sure the Custom Resource Definitions have been created/,
      'start-up found none of Calico’s kinds in the API server, or may not use them',
    ],
  }),
  ...from('go-jose/go-jose:jwt/errors.go', {
    'token/signature-invalid': [
      'cryptographic primitive',
      /(?:go-jose(?:\/go-jose)?|jose): error in cryptographic primitive/,
      'a token was signed with another key than this API server knows',
    ],
  }),
]
