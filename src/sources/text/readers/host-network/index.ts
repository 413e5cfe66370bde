/** The readers of what host tools print of the network, in the order in which they are asked. */
import type { Reader } from '#sources/text/reader.ts'
import { filtersReader } from '#sources/text/readers/host-network/filters.ts'
import {
  ethtoolReader,
  firewallsReader,
  ipsetReader,
  wireguardReader,
} from '#sources/text/readers/host-network/host-settings.ts'
import { linksReader } from '#sources/text/readers/host-network/links.ts'
import { managersReader } from '#sources/text/readers/host-network/managers.ts'
import { routesReader } from '#sources/text/readers/host-network/routes.ts'

export const hostNetworkReaders: readonly Reader[] = [
  linksReader,
  routesReader,
  filtersReader,
  managersReader,
  ethtoolReader,
  wireguardReader,
  ipsetReader,
  firewallsReader,
]
