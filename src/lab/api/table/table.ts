/** meta.k8s.io Tables: what `kubectl get` shows to people. */
import type { JsonObject } from '#lab/api/json.ts'
import type { Stored } from '#lab/api/store.ts'
import {
  autoscalerPrinter,
  flowSchemaPrinter,
  ingressClassPrinter,
  ingressPrinter,
  networkPolicyPrinter,
  priorityLevelPrinter,
  runtimeClassPrinter,
  signingRequestPrinter,
} from '#lab/api/table/cluster.ts'
import {
  configMapPrinter,
  endpointSlicePrinter,
  endpointsPrinter,
  eventPrinter,
  leasePrinter,
  namespacePrinter,
  nodePrinter,
  priorityClassPrinter,
  roleBindingPrinter,
  secretPrinter,
  serviceAccountPrinter,
  servicePrinter,
} from '#lab/api/table/core.ts'
import { customPrinter, plainPrinter } from '#lab/api/table/custom.ts'
import {
  admissionPolicyBindingPrinter,
  admissionPolicyPrinter,
  apiServicePrinter,
  resourceQuotaPrinter,
  webhookConfigurationPrinter,
} from '#lab/api/table/extensions.ts'
import { podPrinter } from '#lab/api/table/pods.ts'
import type { Printer } from '#lab/api/table/printer.ts'
import {
  attachmentPrinter,
  claimPrinter,
  csiDriverPrinter,
  csiNodePrinter,
  storageClassPrinter,
  volumePrinter,
} from '#lab/api/table/storage.ts'
import {
  controllerRevisionPrinter,
  cronJobPrinter,
  daemonSetPrinter,
  deploymentPrinter,
  jobPrinter,
  podDisruptionBudgetPrinter,
  podTemplatePrinter,
  replicaSetPrinter,
  replicationControllerPrinter,
  statefulSetPrinter,
} from '#lab/api/table/workloads.ts'
import type { ResourceDef } from '#lab/api/types/resource-def.ts'

const printers: Readonly<Record<string, Printer>> = {
  '/pods': podPrinter,
  '/nodes': nodePrinter,
  '/events': eventPrinter,
  '/namespaces': namespacePrinter,
  '/secrets': secretPrinter,
  '/configmaps': configMapPrinter,
  '/serviceaccounts': serviceAccountPrinter,
  '/services': servicePrinter,
  '/endpoints': endpointsPrinter,
  'discovery.k8s.io/endpointslices': endpointSlicePrinter,
  'coordination.k8s.io/leases': leasePrinter,
  'apps/daemonsets': daemonSetPrinter,
  'apps/deployments': deploymentPrinter,
  'apps/replicasets': replicaSetPrinter,
  'apps/statefulsets': statefulSetPrinter,
  'apps/controllerrevisions': controllerRevisionPrinter,
  'batch/jobs': jobPrinter,
  'policy/poddisruptionbudgets': podDisruptionBudgetPrinter,
  'rbac.authorization.k8s.io/rolebindings': roleBindingPrinter,
  'rbac.authorization.k8s.io/clusterrolebindings': roleBindingPrinter,
  'scheduling.k8s.io/priorityclasses': priorityClassPrinter,
  '/replicationcontrollers': replicationControllerPrinter,
  '/podtemplates': podTemplatePrinter,
  '/resourcequotas': resourceQuotaPrinter,
  '/persistentvolumes': volumePrinter,
  '/persistentvolumeclaims': claimPrinter,
  'batch/cronjobs': cronJobPrinter,
  'autoscaling/horizontalpodautoscalers': autoscalerPrinter,
  'networking.k8s.io/networkpolicies': networkPolicyPrinter,
  'networking.k8s.io/ingresses': ingressPrinter,
  'networking.k8s.io/ingressclasses': ingressClassPrinter,
  'storage.k8s.io/storageclasses': storageClassPrinter,
  'storage.k8s.io/csinodes': csiNodePrinter,
  'storage.k8s.io/csidrivers': csiDriverPrinter,
  'storage.k8s.io/volumeattachments': attachmentPrinter,
  'node.k8s.io/runtimeclasses': runtimeClassPrinter,
  'certificates.k8s.io/certificatesigningrequests': signingRequestPrinter,
  'admissionregistration.k8s.io/mutatingwebhookconfigurations': webhookConfigurationPrinter,
  'admissionregistration.k8s.io/validatingadmissionpolicies': admissionPolicyPrinter,
  'admissionregistration.k8s.io/validatingadmissionpolicybindings': admissionPolicyBindingPrinter,
  'admissionregistration.k8s.io/validatingwebhookconfigurations': webhookConfigurationPrinter,
  'apiregistration.k8s.io/apiservices': apiServicePrinter,
  'flowcontrol.apiserver.k8s.io/flowschemas': flowSchemaPrinter,
  'flowcontrol.apiserver.k8s.io/prioritylevelconfigurations': priorityLevelPrinter,
}

const printerOf = (def: ResourceDef): Printer =>
  def.columns === undefined ? (printers[def.bucket] ?? plainPrinter) : customPrinter(def.columns)

export interface TableOptions {
  readonly apiVersion: 'meta.k8s.io/v1' | 'meta.k8s.io/v1beta1'
  /** What each row carries of its object. */
  readonly include: 'None' | 'Metadata' | 'Object'
  readonly metadata: JsonObject
  readonly nowMs: number
  /** Later events of a watch go without columns. */
  readonly columns: boolean
}

/** The objects as a table. */
export function table(def: ResourceDef, objects: readonly Stored[], o: TableOptions): JsonObject {
  const printer = printerOf(def)
  return {
    kind: 'Table',
    apiVersion: o.apiVersion,
    metadata: o.metadata,
    columnDefinitions: o.columns ? printer.columns : null,
    rows: objects.map((object) => {
      const conditions = printer.conditions?.(object)
      return {
        cells: printer.cells(object, o.nowMs),
        ...(conditions === undefined ? {} : { conditions }),
        object: carried(object, o),
      }
    }),
  }
}

function carried(object: Stored, { include, apiVersion }: TableOptions): unknown {
  if (include === 'None') return null
  return include === 'Object' ? object : partial(object, apiVersion)
}

/** An object's metadata alone. */
export const partial = ({ metadata }: Stored, apiVersion = 'meta.k8s.io/v1'): JsonObject => ({
  kind: 'PartialObjectMetadata',
  apiVersion,
  metadata,
})
