/** The readers of what calicoctl, birdcl and the clouds' tools print, in the order in which they are asked. */
import type { Reader } from '#sources/text/reader.ts'
import { birdRoutesReader } from '#sources/text/readers/birdcl-tables.ts'
import { cloudFieldsReader } from '#sources/text/readers/cloud-fields.ts'
import { cloudJsonReader } from '#sources/text/readers/cloud-json.ts'
import { cloudTablesReader } from '#sources/text/readers/cloud-tables.ts'
import { endpointGatewaysReader } from '#sources/text/readers/endpoint-gateways.ts'
import { gatewayConfigReader } from '#sources/text/readers/gateway-config.ts'
import { ipamCheckReader, ipamReader } from '#sources/text/readers/ipam.ts'
import { meshCommandReader } from '#sources/text/readers/mesh-command.ts'
import { noneFoundReader } from '#sources/text/readers/none-found.ts'
import { diagsReader, versionsReader } from '#sources/text/readers/versions.ts'

export const clusterToolReaders: readonly Reader[] = [
  // Before the kernel's routes, which look alike.
  birdRoutesReader,
  ipamReader,
  ipamCheckReader,
  versionsReader,
  diagsReader,
  noneFoundReader,
  meshCommandReader,
  // Before any other JSON.
  cloudJsonReader,
  cloudTablesReader,
  endpointGatewaysReader,
  cloudFieldsReader,
  gatewayConfigReader,
]
