import type { ProtocolConfig } from '#lab/calico/bird/config/model.ts'

/** Whether two stanzas agree in these options. */
export const equalConfig = (
  a: ProtocolConfig,
  b: ProtocolConfig,
  keys: readonly (keyof ProtocolConfig)[],
): boolean => keys.every((key) => JSON.stringify(a[key]) === JSON.stringify(b[key]))
