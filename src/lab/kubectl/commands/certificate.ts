/** `kubectl certificate approve` and `deny`: kubernetes/kubectl:pkg/cmd/certificates/certificates.go. Not imitated: `-f`. */
import { asList, asObject, at, type JsonObject } from '#lab/api/json.ts'
import { chosen } from '#lab/kubectl/choose.ts'
import { bool, text } from '#lab/kubectl/flags.ts'
import { outputFlags } from '#lab/kubectl/print/output.ts'
import type { Command } from '#lab/kubectl/run.ts'
import { KubectlError, throwAll } from '#lab/kubectl/trouble.ts'
import { oneOf, patchObject, told } from '#lab/kubectl/write.ts'

const command = (
  verb: 'approve' | 'deny',
  { type, done }: { readonly type: 'Approved' | 'Denied'; readonly done: 'approved' | 'denied' },
): Command => ({
  name: `certificate ${verb}`,
  flags: [text('selector', 'l'), bool('force'), ...outputFlags],
  run: async (run) => {
    const { args, flags, ports } = run
    if (args.length === 0 && !flags.has('selector'))
      throw new KubectlError('one or more CSRs must be specified as <name> or -f <filename>')
    const { found, errors } = await chosen(run, ['certificatesigningrequests', ...args])
    throwAll(errors)
    for (const request of found) {
      const conditions = conditionsOf(request.object)
      const isNew = !conditions.some((each) => each['type'] === type)
      const now = new Date(ports.nowMs()).toISOString().replace(/\.\d+Z$/, 'Z')
      const condition = {
        type,
        status: 'True',
        reason: `Kubectl${type === 'Approved' ? 'Approve' : 'Deny'}`,
        message: `This CSR was ${done} by kubectl certificate ${verb}.`,
        lastUpdateTime: now,
      }
      if (isNew || flags.has('force'))
        await patchObject(
          run,
          { ...oneOf(request), part: 'approval' },
          {
            kind: 'merge',
            body: { status: { conditions: isNew ? [...conditions, condition] : conditions } },
          },
        )
      told(run, request.object, done)
    }
  },
})

const conditionsOf = (request: JsonObject): readonly JsonObject[] =>
  asList(at(request, 'status.conditions')).map(asObject)

export const approve = command('approve', { type: 'Approved', done: 'approved' })
export const deny = command('deny', { type: 'Denied', done: 'denied' })
