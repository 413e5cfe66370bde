/** `docker info`, `docker version`, `docker ps`, `crictl ps|pods|images`, and banners of the runtimes. */
import { imageVersions } from '#sources/formats/images.ts'

export interface InfoLine {
  readonly name: string
  readonly value: string
}

/**
 * A line of `docker info` that decides something here; `{ name: '' }` for its other lines, undefined for anything else.
 *
 * @see docker/cli:cli/command/system/info.go
 */
export function parseDockerInfo(line: string, isOpen: boolean): InfoLine | undefined {
  const m = /^\s{0,8}(?<name>[A-Za-z][\w /-]{1,40}?): ?(?<value>.{0,300})$/.exec(line)?.groups
  const name = m?.name ?? ''
  if (sureKeys.test(name)) return { name, value: (m?.value ?? '').trim() }
  if (isOpen && laterKeys.test(name)) return { name, value: (m?.value ?? '').trim() }
  const warning = /^\s*WARNING: (?<name>bridge-nf-call-ip6?tables) is disabled$/.exec(line)?.groups?.name
  if (warning !== undefined) return { name: `net.bridge.${warning}`, value: '0' }
  return isOpen && m !== undefined ? { name: '', value: '' } : undefined
}

const sureKeys =
  /^(?:Server Version|Cgroup Driver|Cgroup Version|Storage Driver|Logging Driver|Default Runtime|Docker Root Dir)$/

const laterKeys =
  /^(?:Kernel Version|Operating System|HTTP Proxy|HTTPS Proxy|No Proxy|HttpProxy|HttpsProxy|NoProxy|Name|Live Restore Enabled|containerd version|Native Overlay Diff|Backing Filesystem)$/

export interface Banner {
  readonly of: 'containerd' | 'docker' | 'runc' | 'cri-o' | 'crictl'
  readonly version: string
}

/** What `PROGRAM --version` prints, and `crictl version`. */
export function parseBanner(line: string): Banner | undefined {
  const m =
    /^\s*(?:containerd (?:\S{3,60} )?(?<containerd>v?\d[\w.+~-]{1,40})(?: [0-9a-f]{7,40})?|Docker version (?<docker>\d[\w.+~-]{1,40})(?:, build \w{5,40})?|runc version (?<runc>\d[\w.+~-]{1,40})|crio version (?<crio>\d[\w.+~-]{1,40})|crictl version (?<crictl>v?\d[\w.+~-]{1,40}))\s*$/.exec(
      line,
    )?.groups
  if (m?.containerd !== undefined) return { of: 'containerd', version: m.containerd }
  if (m?.docker !== undefined) return { of: 'docker', version: m.docker }
  if (m?.runc !== undefined) return { of: 'runc', version: m.runc }
  if (m?.crio !== undefined) return { of: 'cri-o', version: m.crio }
  return m?.crictl === undefined ? undefined : { of: 'crictl', version: m.crictl }
}

export const isContainerHeader = (line: string): boolean =>
  /^\s*(?:CONTAINER(?: ID)?\s+IMAGE\s+|POD ID\s+CREATED\s+STATE\s+|IMAGE\s+TAG\s+IMAGE ID\s+|REPOSITORY\s+TAG\s+IMAGE ID\s+)/.test(
    line,
  )

export interface ContainerLine {
  readonly versions: ReturnType<typeof imageVersions>
  /** A container of Calico's that runs, with how often it was started before. */
  readonly running?: {
    readonly pod: string
    readonly namespace: string
    readonly container: string
    readonly restarts: number
  }
}

const age = '(?:\\d{1,4}|About an?|Less than an?) (?:seconds?|minutes?|hours?|days?|weeks?|months?|years?)'

/** A row of `docker ps` or `crictl ps`: what runs of an image tells its version; what has ended or only lies there does not. */
export function parseContainer(line: string): ContainerLine | undefined {
  return dockerPs(line) ?? crictlPs(line)
}

const dockerPattern = new RegExp(
  `^\\s*[0-9a-f]{12,64}\\s+(?<image>\\S{2,250})\\s+["“].{0,80}["”]\\s+${age} ago\\s+(?<status>Up|Exited|Created|Restarting|Dead|Removal).{0,120}?\\s(?<name>[\\w.-]{2,250})$`,
)

function dockerPs(line: string): ContainerLine | undefined {
  const m = dockerPattern.exec(line)?.groups
  if (m?.image === undefined) return undefined
  if (m.status !== 'Up') return { versions: [] }
  const k8s =
    /^k8s_(?<container>[^_]{1,80})_(?<pod>[^_]{1,253})_(?<namespace>[^_]{1,80})_[^_]{5,60}_(?<restarts>\d{1,7})$/
  const own = k8s.exec(m.name ?? '')?.groups
  return {
    versions: imageVersions(m.image),
    ...(own?.pod !== undefined && {
      running: {
        pod: own.pod,
        namespace: own.namespace ?? '',
        container: own.container ?? '',
        restarts: Number(own.restarts),
      },
    }),
  }
}

const crictlPattern = new RegExp(
  `^\\s*[0-9a-f]{10,64}\\s+(?<image>\\S{2,250})\\s+${age} ago\\s+(?<state>Running|Exited|Created|Unknown)\\s+(?<container>[\\w.-]{1,80})\\s+(?<restarts>\\d{1,7})\\s+[0-9a-f]{10,64}(?:\\s+(?<pod>[\\w.-]{1,253}))?(?:\\s.{0,80})?$`,
)

function crictlPs(line: string): ContainerLine | undefined {
  const m = crictlPattern.exec(line)?.groups
  if (m?.image === undefined) return undefined
  if (m.state !== 'Running') return { versions: [] }
  return {
    versions: imageVersions(m.image),
    ...(m.pod !== undefined && {
      running: {
        pod: m.pod,
        namespace: '',
        container: m.container ?? '',
        restarts: Number(m.restarts),
      },
    }),
  }
}

/** Rows of the other tables: what lies on a node is no version of what runs there. */
export const isOtherRow = (line: string): boolean =>
  new RegExp(`^\\s*[0-9a-f]{10,64}\\s+${age} ago\\s+(?:Ready|NotReady)\\s`).test(line) ||
  /^\s*\S{3,200}\s+\S{1,120}\s+(?:sha256:)?[0-9a-f]{10,64}\s+(?:\S.{0,30}\s)?[\d.]{1,8} ?[kMG]i?B$/.test(line)
