import { expect, test } from 'vitest'
import { fullImageName, imageId } from '#lab/runtime/images.ts'

test.each([
  ['busybox', 'docker.io/library/busybox:latest'],
  ['calico/node:v3.29.3', 'docker.io/calico/node:v3.29.3'],
  ['docker.io/calico/node:v3.29.3', 'docker.io/calico/node:v3.29.3'],
  ['registry.k8s.io/pause:3.10', 'registry.k8s.io/pause:3.10'],
  ['localhost:5000/x', 'localhost:5000/x:latest'],
  ['quay.io/a/b@sha256:00', 'quay.io/a/b@sha256:00'],
])('%s is %s', (name, full) => {
  expect(fullImageName(name)).toBe(full)
})

test('an image’s digest follows from its full name', () => {
  expect(imageId('calico/node:v1')).toBe(imageId('docker.io/calico/node:v1'))
  expect(imageId('calico/node:v1')).toMatch(/^docker\.io\/calico\/node@sha256:[0-9a-f]{64}$/)
  expect(imageId('calico/node:v1')).not.toBe(imageId('calico/node:v2'))
})
