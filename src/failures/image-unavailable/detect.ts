import { isCalicoImage, isCalicoName, isCalicoPod } from '#cluster/calico-objects.ts'
import { isCalicoProgram, isPlugin } from '#cluster/calico-programs.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import type { Message } from '#cluster/messages.ts'
import { isReady, placeOfMessage, placeOfPod } from '#cluster/queries.ts'
import type { MessageRow, PodRow } from '#cluster/relations.ts'
import { isUnheard } from '#cluster/silent-nodes.ts'
import { isRecent } from '#cluster/symptoms/recency.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import { explainsHere, findingsOf, hasSign, type Sign, sign } from '#diagnosis/signs.ts'
import { remarkSigns } from '#diagnosis/told-signs.ts'
import type { View, Weight } from '#diagnosis/types.ts'

export interface ImageState {
  /** The image, where it was named. */
  readonly image: string | undefined
}

type Needs = 'pods' | 'messages' | 'nodes' | 'remarks'

/**
 * Finds nodes that lack one of Calico's images: it cannot be pulled, or what was pulled is damaged or of another processor.
 *
 * @see kubernetes/kubernetes:pkg/kubelet/images/image_manager.go (Failed to pull image, Back-off pulling image)
 */
export const detector = defineDetector<ImageState, Needs>({
  needs: ['pods'],
  uses: ['messages', 'nodes', 'remarks'],
  judges: 'node',
  detect: (view) =>
    findingsOf([...ofPods(view), ...ofMessages(view), ...ofPeople(view)], {
      judges: 'node',
      conclude: (own) =>
        hasSign(own, 'decisive') || hasSign(own, 'strong')
          ? { says: 'an image of Calico’s is not to be had on the node', state: { image: imageIn(view) } }
          : undefined,
    }),
  explains: explainsHere,
  // Only the kubelet says that it pulls in vain.
  isHidden: (about, view) => isUnheard(view, about),
})

const ofPeople = (view: Reads<'remarks'>): readonly Sign[] =>
  remarkSigns(view, {
    'image-not-pulled': ['strong', 'an image cannot be pulled, as somebody says'],
    'image-of-other-processor': ['strong', 'the image is of another processor, as somebody says'],
  })

/** Why kubelet keeps a container waiting, as kubectl's STATUS prints it. */
const waiting: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
])

/** `Init:ImagePullBackOff` is the same of an init container. */
const unpulled = (status: string | undefined): string | undefined =>
  status?.split(':').find((part) => waiting.has(part))

const ofPods = (view: Reads<'pods'>): readonly Sign[] =>
  view.rows('pods').flatMap((pod) => {
    if (!isCalicoPod(pod) || pod.deleting === true) return []
    const container = pod.containers.find(({ reason }) => unpulled(reason) !== undefined)
    const reason = unpulled(container?.reason) ?? unpulled(pod.status)
    if (reason === undefined) return []
    return [sign(pod, 'decisive', `${pod.name}: ${reason}${of(container?.image)}`, placeOfPod(pod))]
  })

const of = (image: string | undefined): string => (image === undefined ? '' : ` of ${image}`)

function ofMessages(view: View<Needs>): readonly Sign[] {
  return view.rows('messages').flatMap((row) => {
    if (!isOpen(view, row)) return []
    const meaning = meaningOf(view, row)
    return meaning === undefined ? [] : [sign(row, meaning[0], meaning[1], placeOfMessage(view, row))]
  })
}

/** A pod that is ready has its images; kubelet may have failed before it. Who complains shows events of an hour. */
function isOpen(view: View<Needs>, row: Fact<MessageRow>): boolean {
  const pod = podOf(view, row)
  if (pod !== undefined && isReady(pod) === true) return false
  return view.isComplaint === true || isRecent(view, row.atMs)
}

const podOf = (view: Reads<'pods'>, { pod }: MessageRow): Fact<PodRow> | undefined =>
  pod === undefined || pod.name === '' ? undefined : view.rows('pods').find(({ name }) => name === pod.name)

function meaningOf(view: View<Needs>, row: Fact<MessageRow>): readonly [Weight, string] | undefined {
  const { message } = row
  if (pulls.has(message.id)) {
    const { image } = message.params
    const isCalicos = isCalicoImage(image) || isCalicoName(row.pod?.name)
    return isCalicos ? ['decisive', `${image ?? 'an image'} cannot be pulled${why(message)}`] : undefined
  }
  if (message.id === 'kubelet/image-pull-error' || message.id === 'kubelet/image-pull-back-off')
    return isCalicoName(row.pod?.name)
      ? ['decisive', `${row.pod?.name}: its image cannot be pulled`]
      : undefined
  if (answers.has(message.id)) return ofAnswer(view, row)
  return message.id === 'exec/format-error' ? ofFormat(view, row) : undefined
}

/** A registry's answer that names an image of Calico's, or that came when somebody pulled one by hand. */
function ofAnswer(
  view: Reads<'messages'>,
  { message }: Fact<MessageRow>,
): readonly [Weight, string] | undefined {
  const says = reasons.find(([id]) => id === message.id)?.[1] ?? 'the image cannot be pulled'
  if (message.params.image !== undefined)
    return isCalicoImage(message.params.image) ? ['decisive', `${message.params.image}: ${says}`] : undefined
  const asked = view.rows('messages').filter((row) => row.message.id === 'host/pull-asked')
  const image = asked.map((row) => row.message.params.image).find((one) => isCalicoImage(one))
  return image === undefined ? undefined : ['decisive', `${image}: ${says}`]
}

/** What only registries, and pulls from them, say. */
const answers: ReadonlySet<string> = new Set([
  'registry/rate-limited',
  'registry/no-platform',
  'registry/unpack-failed',
  'registry/manifest-unknown',
  'registry/image-not-found',
  'registry/pull-denied',
  'registry/denied',
  'registry/scope-refused',
  'registry/unauthorized',
  'registry/unreachable',
  'registry/unexpected-status',
])

/** Lines that name the image. */
const pulls: ReadonlySet<string> = new Set([
  'kubelet/pull-failed',
  'kubelet/back-off-pulling',
  'kubelet/image-never-pulled',
  'kubelet/image-name-invalid',
  'operator/pull-failed',
])

/** What the registry, or the way to it, answered. */
function why({ inner = [] }: Message): string {
  const told = reasons.find(([id]) => inner.some((one) => one.id === id))?.[1]
  return told === undefined ? '' : `: ${told}`
}

const reasons: readonly (readonly [id: string, says: string])[] = [
  ['registry/rate-limited', 'the registry limits how much may be pulled'],
  ['registry/no-platform', 'it is not built for this processor'],
  ['registry/unpack-failed', 'it was pulled and cannot be unpacked'],
  ['registry/manifest-unknown', 'the registry has no such tag'],
  ['registry/image-not-found', 'the registry has no such image'],
  ['registry/pull-denied', 'the registry refuses it to this account, or there is none'],
  ['registry/denied', 'the registry refuses it to this account, or there is none'],
  ['registry/scope-refused', 'the registry refuses it to this account, or there is none'],
  ['registry/unauthorized', 'the registry asks for a login'],
  ['dns/lookup-failed', 'the registry’s name cannot be resolved'],
  ['tls/unknown-authority', 'the registry’s certificate is not trusted'],
  ['registry/unreachable', 'the registry cannot be reached'],
  ['dial/timeout', 'the registry does not answer'],
  ['http/awaiting-headers', 'the registry does not answer in time'],
  ['http/waiting-for-connection', 'no connection to the registry comes about'],
  ['registry/unexpected-status', 'the registry answered with an error'],
]

/**
 * A program that is cut off or of another processor. Of one that nobody names it is Calico's that is asked about; of a program
 * that came another way (a CNI plugin copied by hand) it says nothing of an image.
 */
function ofFormat(view: Reads<'pods'>, row: Fact<MessageRow>): readonly [Weight, string] | undefined {
  if (isPlugin(row.message.params.path ?? '')) return undefined
  const pod = podOf(view, row)
  const says = 'its program is damaged or of another processor (exec format error)'
  if (isCalicoName(row.pod?.name) || (pod !== undefined && isCalicoPod(pod)))
    return ['decisive', `${row.pod?.name}: ${says}`]
  if (row.container !== undefined && containers.has(row.container))
    return ['decisive', `${row.container}: ${says}`]
  const { path } = row.message.params
  return (row.pod === undefined || row.pod.name === '') && (path === undefined || isCalicoProgram(path))
    ? ['strong', `the container’s ${says.slice('its '.length)}`]
    : undefined
}

const containers: ReadonlySet<string> = new Set([
  'calico-node',
  'install-cni',
  'upgrade-ipam',
  'mount-bpffs',
  'ebpf-bootstrap',
  'flexvol-driver',
])

const imageIn = (view: Reads<'messages'>): string | undefined =>
  view.rows('messages').find(({ message }) => pulls.has(message.id) && isCalicoImage(message.params.image))
    ?.message.params.image
