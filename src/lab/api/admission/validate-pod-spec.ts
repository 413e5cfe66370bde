/**
 * What is wrong with the spec of a pod or of a template: pkg/apis/core/validation/validation.go (ValidatePodSpec).
 * Not imitated: security contexts, DNS settings, host aliases, readiness gates.
 */

import { subdomainFaults } from '#lab/api/admission/names.ts'
import { containerErrors, each, oneOf } from '#lab/api/admission/validate-container.ts'
import { schedulingErrors } from '#lab/api/admission/validate-scheduling.ts'
import { volumeErrors } from '#lab/api/admission/validate-volumes.ts'
import { asList, asObject, type JsonObject } from '#lab/api/json.ts'
import { type FieldError, invalidValue, required } from '#lab/api/status.ts'

const restartPolicies = ['Always', 'OnFailure', 'Never']
const dnsPolicies = ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None']
const secondsMax = 2 ** 31 - 1

/** `policies`: those that whoever makes pods of the template lets them have. */
export function podSpecErrors(
  field: string,
  spec: JsonObject,
  policies: readonly string[] = restartPolicies,
): FieldError[] {
  if (asList(spec.containers).length === 0) return [required(`${field}.containers`)]
  const volumes = asList(spec.volumes).map((volume) => asObject(volume).name)
  const names = new Set<unknown>()
  const hostNetwork = spec.hostNetwork === true
  return [
    ...volumeErrors(`${field}.volumes`, spec.volumes),
    ...['containers', 'initContainers', 'ephemeralContainers'].flatMap((list) =>
      each(spec[list], `${field}.${list}`, (container, at) =>
        containerErrors(at, container, {
          volumes,
          names: list === 'ephemeralContainers' ? undefined : names,
          hostNetwork,
        }),
      ),
    ),
    ...oneOf(`${field}.restartPolicy`, spec.restartPolicy, policies),
    ...oneOf(`${field}.dnsPolicy`, spec.dnsPolicy, dnsPolicies),
    ...accountErrors(`${field}.serviceAccountName`, spec.serviceAccountName),
    ...deadlineErrors(`${field}.activeDeadlineSeconds`, spec.activeDeadlineSeconds),
    ...schedulingErrors(field, spec),
  ]
}

const accountErrors = (field: string, name: unknown): FieldError[] =>
  name ? subdomainFaults(String(name)).map((fault) => invalidValue(field, name, fault)) : []

const deadlineErrors = (field: string, seconds: unknown): FieldError[] =>
  typeof seconds === 'number' && (seconds < 1 || seconds > secondsMax)
    ? [invalidValue(field, seconds, `must be between 1 and ${secondsMax}, inclusive`)]
    : []
