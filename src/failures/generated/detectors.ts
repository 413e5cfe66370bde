// Written by `npm run generate`. Do not edit.
import type { Mode } from '#diagnosis/types.ts'
import { mode as kubeletLostContact } from '#failures/kubelet-lost-contact/index.ts'
import { mode as runtimeDirPermissions } from '#failures/runtime-dir-permissions/index.ts'

/** Every failure mode that the engine can tell. */
export const modes: readonly Mode[] = [kubeletLostContact, runtimeDirPermissions]
