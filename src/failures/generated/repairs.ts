// Written by `npm run generate`. Do not edit.
import { remedy as runtimeDirPermissions } from '#failures/runtime-dir-permissions/repair.ts'
import type { Remedies } from '#repair/types.ts'

/** The repairs, by mode. A mode without one is somebody else's to mend. */
export const remedies: Remedies = {
  'runtime-dir-permissions': runtimeDirPermissions,
}
