import type { Draft, KubeObject } from '#lab/api/objects.ts'
import { calicoDefinitions } from '#lab/api/types/calico.ts'
import { releaseOf } from '#lab/calico/release.ts'

/** What is applied with Calico: from 3.30 on an operator brings its own. */
export const appliedDefinitions = (
  version: string,
  { byOperator }: { readonly byOperator: boolean },
): readonly Draft<KubeObject>[] =>
  byOperator && operatorManages(version) ? [] : calicoDefinitionDrafts(version)

/** Whether tigera-operator.yaml tells the operator to keep the definitions, and holds none (projectcalico/calico:manifests, by tags). */
export const operatorManages = (version: string): boolean => releaseOf(version).minor >= 30

/**
 * The CustomResourceDefinitions that come with a release: in projectcalico/calico:manifests/calico.yaml of every release, in tigera-operator.yaml
 * up to 3.29, and built into the operator (tigera/operator:pkg/crds/calico). Their metadata and spec are what the generated table holds.
 */
export const calicoDefinitionDrafts = (version = ''): readonly Draft<KubeObject>[] =>
  calicoDefinitions(releaseOf(version).minor).map(
    (definition) =>
      ({
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        ...definition,
      }) as unknown as Draft<KubeObject>,
  )
