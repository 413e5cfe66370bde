import { isOfCalico } from '#cluster/calico-messages.ts'
import { isCalicoProgram, isPlugin } from '#cluster/calico-programs.ts'
import type { Fact, Reads } from '#cluster/facts.ts'
import { calicoNodeContainer, calicoNodePods, placeOfPod } from '#cluster/queries.ts'
import type { MessageRow } from '#cluster/relations.ts'
import { defineDetector } from '#diagnosis/define-detector.ts'
import {
  explainsHere,
  findingsOf,
  type MessageSign,
  messageSigns,
  type Sign,
  sign,
} from '#diagnosis/signs.ts'
import type { Weight } from '#diagnosis/types.ts'
import { isBacked } from '#diagnosis/worth-saying.ts'

export interface ImageState {
  /** The program that does not run, where it was named. */
  readonly program: string | undefined
}

export const symptoms = [
  'calico-node-not-ready',
  'dataplane-not-programmed',
  'calico-node-start-failing',
  'cni-install-failing',
  'bird-not-running',
  'sandbox-creation-failing',
  'pods-not-ready-on-node',
] as const

/**
 * Finds programs of Calico's images that do not run on this host: another processor, a library that is missing, FIPS mode, a
 * crash (segmentation fault, illegal instruction) at what the kernel holds.
 *
 * @see openssl/openssl:crypto/fips/fips.c
 * @see bminor/glibc:elf/dl-load.c
 */
export const detector = defineDetector<ImageState, 'messages' | 'pods'>({
  needs: ['messages', 'pods'],
  uses: [],
  judges: 'node',
  detect: (view) => {
    const signs = [...messageSigns(view, said(view)), ...ofExits(view)]
    return findingsOf(signs, {
      judges: 'node',
      conclude: (own) =>
        isBacked(own, view, symptoms)
          ? {
              says: 'a program of Calico’s image does not run on this host',
              state: { program: programIn(view) },
            }
          : undefined,
    })
  },
  explains: explainsHere,
})

const said = (view: Reads<'pods'>): Readonly<Record<string, MessageSign>> => ({
  'exec/fips-selftest': ['decisive', 'OpenSSL of the image fails its self-test on a host in FIPS mode'],
  'exec/library-missing': (row) =>
    ofProgram(view, row, ['decisive', `a program misses the library ${row.message.params.library}`]),
  'exec/glibc-too-old': (row) =>
    ofProgram(view, row, [
      'decisive',
      `a program needs ${row.message.params.version}, and the host’s C library is older`,
    ]),
  'exec/cpu-too-old': (row) =>
    ofProgram(view, row, ['decisive', 'the image needs a newer processor than this machine’s']),
  'exec/glibc-cpu-too-old': (row) =>
    ofProgram(view, row, ['decisive', 'the image needs a newer processor than this machine’s']),
  'exec/illegal-instruction': ['decisive', 'a program uses instructions that this processor does not have'],
  // A damaged file says the same as one for another processor. Of an image that is a matter of the image; of a plug-in on the
  // host it is one of what was put there.
  'exec/format-error': (row) =>
    ofProgram(view, row, [
      isPlugin(row.message.params.path ?? '') ? 'strong' : 'weak',
      'a program was built for another processor, or its file is damaged',
    ]),
  'exec/process-caused': ['weak', 'the container’s program cannot be started'],
  'exec/segfault': ['decisive', 'a program that Calico calls crashes'],
  'nft/crashed': ['decisive', 'nft crashes'],
  'libbpf/kernel-btf-missing': ['strong', 'libbpf of the image cannot read this kernel’s types'],
  'libbpf/program-refused': ['strong', 'this kernel refuses a BPF program of the image'],
  'libbpf/object-refused': ['strong', 'this kernel refuses BPF programs of the image'],
  // The match or target is there, and knows less than Felix asks of it: image and kernel speak of different revisions.
  'iptables/option-unknown': ({ message: { params } }) => [
    'strong',
    `iptables of the image does not know ${params.option} on this kernel`,
  ],
  'kernel/segfault': (row) => ofKernel(row, 'crashes'),
  'kernel/invalid-opcode': (row) => ofKernel(row, 'uses an instruction that this processor does not have'),
  'kernel/protection-fault': (row) => ofKernel(row, 'crashes'),
  'exec/python-called-process': ({ message: { params } }) =>
    crashes.has(params.status ?? '') ? ['decisive', `${params.program ?? 'a program'} crashes`] : undefined,
  'registry/no-platform': ['weak', 'the image is not built for this processor'],
  'felix/nft-client-failed': ['weak', 'image or kernel has no usable nftables'],
  'felix/ipset-start-failed': ['weak', 'ipset of the image does not start'],
  'felix/iptables-version-unknown': ['weak', 'iptables of the image does not tell its version'],
})

/** Signals as Python tells them: illegal instruction and segmentation fault. */
const crashes = new Set(['-4', '-11'])

/** What others' programs miss is not Calico's trouble; of a program that is not named it is likely. */
function ofProgram(
  view: Reads<'pods'>,
  row: Fact<MessageRow>,
  meaning: readonly [Weight, string],
): readonly [Weight, string] | undefined {
  const program = row.message.params.program ?? row.message.params.path
  if (program !== undefined) return isCalicoProgram(program) ? meaning : undefined
  if (isOfCalico(view, row)) return meaning
  const [weight, says] = meaning
  return row.pod === undefined ? [weight === 'decisive' ? 'strong' : weight, says] : undefined
}

function ofKernel({ message: { params } }: MessageRow, what: string): readonly [Weight, string] | undefined {
  return isCalicoProgram(params.program ?? '')
    ? ['decisive', `${params.program} ${what}, the kernel says`]
    : undefined
}

/** 128 and a signal: 4 illegal instruction, 11 segmentation fault. */
const ofExits = (view: Reads<'pods'>): readonly Sign[] =>
  calicoNodePods(view).flatMap((pod) => {
    const code = calicoNodeContainer(pod)?.lastTermination?.exitCode
    return code === 132 || code === 139
      ? [sign(pod, 'strong', `calico-node ended with code ${code}: it crashed`, placeOfPod(pod))]
      : []
  })

const programIn = (view: Reads<'messages'>): string | undefined =>
  view
    .rows('messages')
    .flatMap(({ message: { id, params } }) =>
      id.startsWith('exec/') ? (params.program ?? params.path ?? []) : [],
    )[0]
