import { expect, test } from 'vitest'
import { parametersRead } from '#cluster/felix-log.ts'
import { factsOf } from '#cluster/testing/facts.ts'

const read = (parameter: string, value: string, from: string) => ({
  message: { id: 'felix/parameter', params: { parameter, value, from } },
  count: 1,
})

test('the environment wins over the datastore, a node’s own value over the cluster’s', () => {
  const facts = factsOf({
    messages: [
      read('VXLANPort', '4799', 'datastore (global'),
      read('VXLANPort', '4798', 'datastore (per-host'),
      read('VXLANPort', '4789', 'environment variable'),
      read('VXLANVNI', '4096', 'datastore (global'),
    ],
  })
  expect(parametersRead(facts, 'vxlanport').map(({ value }) => value)).toEqual(['4789', '4798', '4799'])
})
