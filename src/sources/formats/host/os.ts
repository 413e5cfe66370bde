export interface OsVersion {
  readonly of: 'kernel' | 'os'
  readonly version: string
  /** The machine's own name, where the line holds it. */
  readonly host?: string
}

/** Releases as distributions number them: `5.15.0-91-generic`, `4.18.0-425.3.1.el8.x86_64`, `6.1.0-13-amd64`. */
const release = '\\d{1,2}\\.\\d{1,3}(?:\\.\\d{1,4})?[\\w.+~-]{0,80}'

/**
 * A line of `uname -a`, /proc/version, os-release, hostnamectl, lsb_release or a distribution's release file; undefined for
 * anything else, and for its lines that hold neither a kernel's nor a system's version.
 *
 * @param asked the line answers `uname -r`, so that a bare number is a release
 * @see systemd/systemd:man/os-release.xml, coreutils (uname.c)
 */
export function parseOsVersion(line: string, asked: boolean): OsVersion | undefined {
  return uname(line) ?? kernelLine(line) ?? systemLine(line) ?? bareRelease(line, asked)
}

const unamePattern = new RegExp(
  `^\\s*Linux (?<host>[\\w.-]{1,253}) (?<version>${release}) #\\d.{0,300}(?:x86_64|aarch64|arm64|amd64|armv7l|ppc64le|s390x|GNU/Linux|Linux)\\s*$`,
)

function uname(line: string): OsVersion | undefined {
  const m = unamePattern.exec(line)?.groups
  if (m?.version === undefined) return undefined
  return {
    of: 'kernel',
    version: m.version,
    ...(m.host !== undefined && !/^localhost\b/.test(m.host) && { host: m.host }),
  }
}

const kernelPattern = new RegExp(
  `^[\\s*•-]{0,24}(?:Linux version|(?:Linux )?Kernel(?: [Vv]ersion)?(?: \\([^)]{1,40}\\))?: {1,20}(?:Linux )?)\\s?(?<version>${release})(?=[\\s,(]|$)`,
)

function kernelLine(line: string): OsVersion | undefined {
  const version = kernelPattern.exec(line)?.groups?.version
  return version === undefined ? undefined : { of: 'kernel', version }
}

const systemPattern =
  /^\s*(?:PRETTY_NAME=["']?(?<pretty>[^"']{3,100})["']?|Operating System: {1,20}(?<hostnamectl>\S.{2,100})|Description:\s{1,20}(?<lsb>[A-Z][\w ./()-]{2,80}\d[\w ./()-]{0,60})|(?<file>(?:CentOS|Red Hat|Rocky|AlmaLinux|Alma|Fedora|Oracle|Scientific|Amazon)[\w ]{0,40} release \d[\d.]{0,12}(?: \([\w ]{2,40}\))?))\s*$/

function systemLine(line: string): OsVersion | undefined {
  const m = systemPattern.exec(line)?.groups
  const version = m?.pretty ?? m?.hostnamectl ?? m?.lsb ?? m?.file
  return version === undefined ? undefined : { of: 'os', version: version.trim() }
}

const distributions =
  /generic|aws|azure|gcp|gke|amd64|arm64|\.el\d|\.fc\d|x86_64|aarch64|raspi|-default|-lts|virtual|-kvm|-ibm|cloud|flatcar|coreos|linuxkit|microsoft|oracle|-v[78]|lowlatency|bpo|-pve|-talos/

const barePattern = new RegExp(`^\\s*(?<version>${release})\\s*$`)

function bareRelease(line: string, asked: boolean): OsVersion | undefined {
  const version = barePattern.exec(line)?.groups?.version
  return version !== undefined && (asked || (distributions.test(version) && /^\d+\.\d+\.\d+-/.test(version)))
    ? { of: 'kernel', version }
    : undefined
}

/** Keys of os-release and hostnamectl that stand around the ones that tell something. */
export const isOsFiller = (line: string): boolean =>
  /^\s*(?:(?:NAME|VERSION|ID|ID_LIKE|VERSION_ID|VERSION_CODENAME|UBUNTU_CODENAME|PLATFORM_ID|ANSI_COLOR|CPE_NAME|LOGO|VARIANT|VARIANT_ID|BUILD_ID|SUPPORT_URL|HOME_URL|BUG_REPORT_URL|DOCUMENTATION_URL|PRIVACY_POLICY_URL|(?:REDHAT|CENTOS|ROCKY|ALMALINUX|ORACLE)_\w{3,50})=|(?:Static hostname|Transient hostname|Pretty hostname|Icon name|Chassis|Machine ID|Boot ID|Virtualization|Architecture|CPE OS Name|Hardware Vendor|Hardware Model|Firmware Version|Distributor ID|Release|Codename):\s|No LSB modules are available)/.test(
    line,
  )

/** `Static hostname: k8s-worker-03` of hostnamectl. */
export const parseHostname = (line: string): string | undefined =>
  /^\s*Static hostname: (?<name>[\w.-]{1,253})\s*$/.exec(line)?.groups?.name
