import { expect, test } from 'vitest'
import { autoscalerV1, autoscalerV2 } from '#lab/api/types/autoscaler-view.ts'

const cpu = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
}
const memory = {
  type: 'Resource',
  resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '1Gi' } },
}
const stored = {
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'a', annotations: { note: 'x' } },
  spec: { maxReplicas: 3, metrics: [memory, cpu] },
}

test('v1 has a field for the use of CPU, and annotations for the rest', () => {
  expect(autoscalerV1(stored)).toMatchObject({
    apiVersion: 'autoscaling/v1',
    metadata: {
      annotations: { note: 'x', 'autoscaling.alpha.kubernetes.io/metrics': JSON.stringify([memory]) },
    },
    spec: { maxReplicas: 3, targetCPUUtilizationPercentage: 50 },
  })
})

test('what was written as v1 comes back', () => {
  expect(autoscalerV2(autoscalerV1(stored))).toEqual(stored)
})
