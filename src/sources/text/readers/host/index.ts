/** The readers of what a host's programs print and of its files, in the order in which they are asked. */
import type { Reader } from '#sources/text/reader.ts'
import { bpfNatReader } from '#sources/text/readers/host/bpf.ts'
import { capturesReader } from '#sources/text/readers/host/captures.ts'
import { certificatesReader } from '#sources/text/readers/host/certificates.ts'
import { fdbReader } from '#sources/text/readers/host/fdb.ts'
import { fileHeadingsReader } from '#sources/text/readers/host/file-headings.ts'
import { hostClockReader } from '#sources/text/readers/host/host-clock.ts'
import {
  kernelModulesReader,
  osVersionsReader,
  toolVersionsReader,
} from '#sources/text/readers/host/kernel.ts'
import { listenersReader } from '#sources/text/readers/host/listeners.ts'
import { listingsReader } from '#sources/text/readers/host/listings.ts'
import { loadReader } from '#sources/text/readers/host/load.ts'
import { mountsReader } from '#sources/text/readers/host/mounts.ts'
import { hostsReader, resolverReader } from '#sources/text/readers/host/name-files.ts'
import { networkFilesReader } from '#sources/text/readers/host/network-files.ts'
import { proxyReader } from '#sources/text/readers/host/proxy.ts'
import { reachabilityReader } from '#sources/text/readers/host/reachability.ts'
import {
  containersReader,
  runtimeFilesReader,
  runtimeObjectsReader,
} from '#sources/text/readers/host/runtime.ts'
import { sysctlReader } from '#sources/text/readers/host/sysctl.ts'
import { toldTestsReader } from '#sources/text/readers/host/told-tests.ts'
import { unitsReader } from '#sources/text/readers/host/units.ts'
import { windowsBgpReader } from '#sources/text/readers/host/windows-bgp.ts'

/**
 * Before logs, objects, tables and paths: a packet's line may start with a date, `crictl info` is JSON, `crictl ps` has a NAME
 * column, and sysctl says that it cannot stat.
 */
export const hostFirstReaders: readonly Reader[] = [
  capturesReader,
  runtimeObjectsReader,
  containersReader,
  sysctlReader,
]

/** Behind the readers of tables and objects, whose shapes are surer. */
export const hostReaders: readonly Reader[] = [
  listenersReader,
  fdbReader,
  kernelModulesReader,
  unitsReader,
  loadReader,
  windowsBgpReader,
  mountsReader,
  proxyReader,
  runtimeFilesReader,
  networkFilesReader,
  reachabilityReader,
  certificatesReader,
  hostClockReader,
  osVersionsReader,
  toolVersionsReader,
  bpfNatReader,
  resolverReader,
  hostsReader,
  listingsReader,
  fileHeadingsReader,
  toldTestsReader,
]
