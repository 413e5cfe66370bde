import { equal } from '#base/equal.ts'
import type { ProtocolConfig } from '#lab/calico/bird/config/model.ts'

/** Whether two stanzas agree in these options. */
export const equalConfig = (
  a: ProtocolConfig,
  b: ProtocolConfig,
  keys: readonly (keyof ProtocolConfig)[],
): boolean => keys.every((key) => equal(a[key], b[key]))
