/** postStart and preStop: kubernetes/kubernetes:pkg/kubelet/lifecycle/handlers.go. Not imitated: headers and TLS of httpGet. */
import type { ContainerDef, Hook } from '#lab/api/objects.ts'
import type { Process } from '#lab/host/ports.ts'
import { portOf } from '#lab/kubelet/probe-run.ts'
import { httpGet } from '#lab/network/http.ts'
import { HttpFailure } from '#lab/network/http-failure.ts'
import { CriError } from '#lab/runtime/cri-error.ts'
import type { ContainerRuntime } from '#lab/runtime/runtime.ts'

/** Carries a hook out; whether it went well. `limitMs`: no longer than that. */
export async function runHook(
  self: Process,
  hook: Hook,
  o: {
    readonly runtime: ContainerRuntime
    readonly instanceId: string
    readonly def: ContainerDef
    readonly podIp: string | undefined
    readonly limitMs: number
  },
): Promise<boolean> {
  if (hook.exec !== undefined) return execHook(self, hook.exec.command, o)
  if (hook.httpGet !== undefined) return httpHook(self, hook.httpGet, o)
  if (hook.sleep !== undefined) await self.sleep(Math.min(hook.sleep.seconds * 1000, o.limitMs))
  return true
}

async function execHook(
  self: Process,
  command: readonly string[],
  o: { readonly runtime: ContainerRuntime; readonly instanceId: string; readonly limitMs: number },
): Promise<boolean> {
  try {
    const child = await o.runtime.exec(o.instanceId, command, {})
    const code = await self.task.wait<number | undefined>((wake) => {
      const cancel = Number.isFinite(o.limitMs)
        ? self.task.after(o.limitMs, () => wake(undefined))
        : undefined
      child.onExit((status) => wake(status.code))
      return cancel
    })
    return code === undefined || code === 0
  } catch (error) {
    if (error instanceof CriError) return false
    throw error
  }
}

async function httpHook(
  self: Process,
  get: NonNullable<Hook['httpGet']>,
  o: { readonly def: ContainerDef; readonly podIp: string | undefined; readonly limitMs: number },
): Promise<boolean> {
  const path = get.path?.startsWith('/') ? get.path : `/${get.path ?? ''}`
  const url = `http://${get.host ?? o.podIp ?? ''}:${portOf(get.port, o.def)}${path}`
  try {
    // Whatever answers has been told.
    await httpGet(self, url, { timeoutMs: Math.min(o.limitMs, 60_000) })
    return true
  } catch (error) {
    if (error instanceof HttpFailure) return false
    throw error
  }
}
