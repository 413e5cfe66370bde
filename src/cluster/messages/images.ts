/** Pulls of images: kubelet's and the runtimes' words, and what registries answer. */
import { from } from '#cluster/messages/entries.ts'

export const imageEntries = [
  ...from('docker/cli:cli/command/image/pull.go, kubernetes-sigs/cri-tools:cmd/crictl/image.go', {
    'host/pull-asked': [
      ' pull ',
      /\b(?:docker|podman|nerdctl|crictl) (?:image )?pull (?:-\S{1,40} )?(?<image>[a-z0-9][\w./:@-]{2,300})/,
      'somebody pulls an image by hand',
    ],
  }),
  ...from('distribution/distribution:registry/api/errcode/register.go', {
    'registry/rate-limited': [
      'toomanyrequests',
      /(?:\b(?<image>[a-z0-9][\w.-]{1,120}\/[\w./-]{1,200}(?::[\w.-]{1,128})?)['"]?: )?toomanyrequests:? ?(?<error>[^\n]{0,200})/i,
      'the registry limits how much may be pulled',
    ],
    'registry/unauthorized': [
      'unauthorized',
      /(?<error>unauthorized: (?:authentication required|incorrect username or password|access to the requested resource is not authorized|invalid username\/password|[\w ]{0,40}token[\w ]{0,40})|failed to authorize: .{0,300}?\b401 Unauthorized|\bunexpected status(?: code)?.{0,200}?401 Unauthorized)/,
      'the registry asks for a login, or refuses the one that it got',
    ],
    'registry/denied': [
      'access to the resource is denied',
      /requested access to the resource is denied/,
      'the registry refuses this image to this account, or there is no such image',
    ],
    'registry/pull-denied': [
      'pull access denied',
      /pull access denied(?: for (?<image>[^\s,]{1,300}))?/,
      'the registry refuses this image to this account, or there is no such image',
    ],
    'registry/scope-refused': [
      'insufficient_scope: authorization failed',
      /insufficient_scope: authorization failed/,
      'the registry refuses this image to this account, or there is no such image',
    ],
    'registry/manifest-unknown': [
      'manifest ',
      /manifest (?:for (?<image>\S{1,300}) not found|unknown)/,
      'the registry has no image of this tag',
    ],
  }),
  ...from('containerd/containerd:core/images/image.go', {
    'registry/no-platform': [
      'no match',
      /no match(?:ing manifest)? for (?<platform>platform in manifest|[\w/]{3,40} in the manifest list entries|[\w/]{3,40} in manifest)/,
      'the image is not built for this node’s processor',
    ],
    'registry/image-not-found': [
      ': not found',
      /(?:failed to resolve reference|failed to pull and unpack image|Failed to pull image)[^\n]{0,500}?: not found\b/,
      'the registry has no such image',
    ],
    'registry/unreachable': [
      'failed to do request: ',
      /failed to do request: (?:Get|Head) \\{0,3}"?(?<url>https?:\/\/[^"\\\s]{1,300}?)\\{0,3}"?: (?<error>[^\n]+)/,
      'the registry cannot be reached',
    ],
    'registry/unpack-failed': [
      'failed to extract layer ',
      /failed to extract layer \S{1,120}: (?<error>[^\n]+)/,
      'an image was pulled and cannot be unpacked: the disk, or a damaged layer',
    ],
    'registry/unexpected-status': [
      'unexpected status',
      /unexpected status(?: code)?[^\n]{0,300}?:? (?<status>[45]\d\d [A-Z][\w -]{2,40}\w)/,
      'the registry, or a proxy before it, answered with an error',
    ],
  }),
]

export const imageWrappers = [
  ...from('kubernetes/kubernetes:pkg/kubelet/images/image_manager.go', {
    'kubelet/pull-failed': [
      'failed to pull ',
      /Failed to pull (?:and unpack )?image \\{0,3}"(?<image>[^"\\]+)\\{0,3}": (?<reason>(?<error>.+))/i,
      'an image cannot be pulled',
    ],
    'kubelet/back-off-pulling': [
      'back-off pulling image ',
      /Back-off pulling image \\{0,3}"(?<image>[^"\\]+)\\{0,3}"(?:: (?<reason>(?<error>.+)))?/,
      'an image cannot be pulled; kubelet waits before it tries again',
    ],
    'kubelet/image-pull-error': ['errimagepull', /\bErrImagePull\b/, 'an image cannot be pulled'],
    'kubelet/image-pull-back-off': [
      'imagepullbackoff',
      /\bImagePullBackOff\b/,
      'an image cannot be pulled; kubelet waits before it tries again',
    ],
    'kubelet/image-never-pulled': [
      'is not present with pull policy of never',
      /Container image \\{0,3}"(?<image>[^"\\]+)\\{0,3}" is not present with pull policy of Never/,
      'an image must be on the node already and is not',
    ],
    'kubelet/image-name-invalid': [
      'failed to apply default image tag ',
      /Failed to apply default image tag \\{0,3}"(?<image>[^"\\]+)\\{0,3}": (?<error>.+)/,
      'the name of an image is not one',
    ],
  }),
]
