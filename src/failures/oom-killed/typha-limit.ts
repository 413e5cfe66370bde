/** A memory limit for Typha that holds it while nobody asks it for anything, and no longer. */
import { resources } from '#lab/api/ports.ts'
import { operatorResources } from '#lab/calico/operator/definitions.ts'
import type { LabControl } from '#lab/fault.ts'
import { calicoNamespace } from '#lab/owner-acts.ts'

/**
 * Of a small cluster: each new Typha gets ready, so the rollout goes on and the old ones go; then their clients come.
 */
const littleMemory = '60Mi'

const container = (limits: object | null) => ({ name: 'calico-typha', resources: { limits } })
const limited = { memory: littleMemory }

/** Through the Installation, where an operator would take every other edit back. */
export const limitTypha = (lab: LabControl): Promise<void> =>
  override(lab, { spec: { template: { spec: { containers: [container(limited)] } } } })

export const freeTypha = (lab: LabControl): Promise<void> => override(lab, null)

const override = (lab: LabControl, typhaDeployment: object | null): Promise<void> =>
  lab.kube.patch(
    { type: operatorResources.installations, name: 'default' },
    { type: 'merge', body: { spec: { typhaDeployment } } },
  )

/** In the Deployment itself, where Typha came by its manifest. */
export const limitTyphaOfManifest = (lab: LabControl): Promise<void> => patch(lab, limited)

export const freeTyphaOfManifest = (lab: LabControl): Promise<void> => patch(lab, null)

const patch = async (lab: LabControl, limits: object | null): Promise<void> =>
  lab.kube.patch(
    { type: resources.deployments, namespace: await calicoNamespace(lab), name: 'calico-typha' },
    { type: 'strategic', body: { spec: { template: { spec: { containers: [container(limits)] } } } } },
  )
