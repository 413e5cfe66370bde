/**
 * The releases of Red Hat OpenShift on IBM Cloud that a lab can be, and what differs between them: one row each, as the provider
 * delivered them about the time at which labs begin (January 2026; of 4.14 a year before).
 *
 * Not imitated: 4.20 and 4.21, which share Kubernetes 1.33; workers of another operating system than a release's usual one.
 *
 * @see ibm-cloud-docs/openshift:openshift_versions_overview.md (which Kubernetes, which operating systems),
 *   openshift_versions_changelog_415.md … openshift_versions_changelog_419.md (fix packs, Calico, kernels of RHEL)
 */
import { Trouble } from '#base/trouble.ts'

export interface OpenShiftRelease {
  /** 4.16.54 */
  readonly version: string
  /** Of the provider, for workers: 1597. */
  readonly fixPack: number
  /** Of Kubernetes: 29. */
  readonly kubernetesMinor: number
  /** What Red Hat's build of Kubernetes adds to its version; from 4.18 on nothing. */
  readonly build?: string
  /** What it brings to a new cluster, and the minor versions that its masters' fix packs have brought. */
  readonly calico: { readonly usual: string; readonly minors: readonly [first: number, last: number] }
  readonly os: WorkerOs
  /** CRI-O's version. */
  readonly crio: string
  /** What `oc version --client` says beside its own. */
  readonly kustomize: string
}

/** The operating system of the workers. */
export interface WorkerOs {
  /** As the provider's label tells it. */
  readonly label: 'REDHAT_8_64' | 'RHEL_9_64' | 'RHCOS'
  readonly kernel: string
  /** The text of /etc/os-release. */
  readonly release: string
}

const rhel = (version: string, codename: string): string => {
  const [major = ''] = version.split('.')
  return `NAME="Red Hat Enterprise Linux"
VERSION="${version} (${codename})"
ID="rhel"
ID_LIKE="fedora"
VERSION_ID="${version}"
PLATFORM_ID="platform:el${major}"
PRETTY_NAME="Red Hat Enterprise Linux ${version} (${codename})"
`
}

/** `build`: of the image. Up to 4.18 an image says whose it is; from 4.19 on it is RHEL's, and its node's layer adds the release. */
const coreOs = (o: {
  readonly build: string
  readonly id: 'rhcos' | 'rhel'
  readonly version: string
  readonly openShift: string
}): string => `NAME="Red Hat Enterprise Linux CoreOS"
VERSION="${o.build}"
ID="${o.id}"
ID_LIKE="${o.id === 'rhcos' ? 'rhel fedora' : 'fedora'}"
VERSION_ID="${o.version}"
PLATFORM_ID="platform:el9"
PRETTY_NAME="Red Hat Enterprise Linux CoreOS ${o.build}"
VARIANT=CoreOS
VARIANT_ID=coreos
OPENSHIFT_VERSION="${o.openShift}"
`

const rhel8 = (kernel: string): WorkerOs => ({ label: 'REDHAT_8_64', kernel, release: rhel('8.10', 'Ootpa') })
const rhel9: WorkerOs = {
  label: 'RHEL_9_64',
  kernel: '5.14.0-570.60.1.el9_6.x86_64',
  release: rhel('9.6', 'Plow'),
}

/** Builds of CRI-O, of CoreOS and its kernels are such as clusters of these releases list; they need not be those of the very fix pack. */
const releases: readonly OpenShiftRelease[] = [
  {
    version: '4.14.38',
    fixPack: 1590,
    kubernetesMinor: 27,
    build: '03a907c',
    calico: { usual: '3.26.4', minors: [26, 28] },
    os: rhel8('4.18.0-553.33.1.el8_10.x86_64'),
    crio: '1.27.1',
    kustomize: 'v5.0.1',
  },
  {
    version: '4.15.59',
    fixPack: 1616,
    kubernetesMinor: 28,
    build: 'd227d65',
    calico: { usual: '3.28.5', minors: [27, 28] },
    os: rhel8('4.18.0-553.89.1.el8_10.x86_64'),
    crio: '1.28.3-14.rhaos4.15.git33aabd8.el8',
    kustomize: 'v5.0.4-0.20230601165947-6ce0bf390ce3',
  },
  {
    version: '4.16.54',
    fixPack: 1597,
    kubernetesMinor: 29,
    build: 'a6b193c',
    calico: { usual: '3.29.6', minors: [27, 30] },
    os: rhel9,
    crio: '1.29.8-4.rhaos4.16.git7c340a9.el9',
    kustomize: 'v5.0.4-0.20230601165947-6ce0bf390ce3',
  },
  {
    version: '4.17.45',
    fixPack: 1567,
    kubernetesMinor: 30,
    build: '6a9ab8c', // no listing of this patch is known to us: its form is the real one
    calico: { usual: '3.29.6', minors: [28, 30] },
    os: rhel9,
    crio: '1.30.14-6.rhaos4.17.gitfa27f6f.el9',
    kustomize: 'v5.0.4-0.20230601165947-6ce0bf390ce3',
  },
  {
    version: '4.18.30',
    fixPack: 1573,
    kubernetesMinor: 31,
    calico: { usual: '3.29.6', minors: [28, 30] },
    os: {
      label: 'RHCOS',
      kernel: '5.14.0-427.72.1.el9_4.x86_64',
      release: coreOs({ build: '418.94.202506121335-0', id: 'rhcos', version: '4.18', openShift: '4.18' }),
    },
    crio: '1.31.9-2.rhaos4.18.git0ba90a5.el9',
    kustomize: 'v5.4.2',
  },
  {
    version: '4.19.21',
    fixPack: 1558,
    kubernetesMinor: 32,
    calico: { usual: '3.29.6', minors: [29, 30] },
    os: {
      label: 'RHCOS',
      kernel: '5.14.0-570.27.1.el9_6.x86_64',
      release: coreOs({ build: '9.6.20250715-0 (Plow)', id: 'rhel', version: '9.6', openShift: '4.19' }),
    },
    crio: '1.32.6-3.rhaos4.19.gitd9321ae.el9',
    kustomize: 'v5.5.0',
  },
]

/** The release with this Kubernetes (1.29.14, whatever stands behind it); undefined where there is none. */
export function openShiftWith(kubernetes: string): OpenShiftRelease | undefined {
  const minor = Number(kubernetes.split('.')[1])
  return releases.find(({ kubernetesMinor }) => kubernetesMinor === minor)
}

/** The same, for clusters that are OpenShift. Throws a {@link Trouble} that names what there is. */
export function openShiftOf(kubernetes: string): OpenShiftRelease {
  const found = openShiftWith(kubernetes)
  if (found !== undefined) return found
  throw new Trouble('openshift-unknown', `no release of OpenShift in the lab has Kubernetes ${kubernetes}`, {
    hint: `choose --kubernetes of ${releases.map(ofPair).join(', ')}`,
  })
}

/** Throws a {@link Trouble} where no master of that release has brought this Calico. */
export function refuseWrongPair({
  kubernetes,
  calico,
}: Readonly<Record<'kubernetes' | 'calico', string>>): void {
  const release = openShiftOf(kubernetes)
  const [first, last] = release.calico.minors
  const minor = Number(calico.split('.')[1])
  if (minor >= first && minor <= last) return
  throw new Trouble(
    'openshift-calico-unknown',
    `OpenShift ${minorText(release)} on IBM Cloud (Kubernetes 1.${release.kubernetesMinor}) has never had Calico ${calico}`,
    { hint: `choose --calico from 3.${first} to 3.${last}, or leave it out: ${release.calico.usual}` },
  )
}

const minorText = ({ version }: OpenShiftRelease): string => version.split('.').slice(0, 2).join('.')

const ofPair = (release: OpenShiftRelease): string =>
  `1.${release.kubernetesMinor} (OpenShift ${minorText(release)})`
