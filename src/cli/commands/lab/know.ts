import { rfc3339 } from '#base/clock.ts'
import type { AddCommand } from '#cli/commands/index.ts'
import { labNamed, withName } from '#cli/commands/lab/name.ts'
import { checkedFormat } from '#cli/format.ts'
import { LabStates } from '#lab/serve/state.ts'

/** `lab list`, `lab status`, `lab kubeconfig`. */
export const addLabKnow: AddCommand = (lab, io) => {
  lab
    .command('list')
    .description('list the running labs')
    .option('-o, --output <format>', 'text or json', 'text')
    .addHelpText('after', '\nExamples:\n  ninelives lab list\n  ninelives lab list -o json')
    .action(({ output }: { output: string }) => {
      const format = checkedFormat(output, ['text', 'json'])
      const labs = new LabStates(io.env).list()
      if (format === 'json')
        io.stdout.write(
          `${JSON.stringify(
            labs.map(({ token: _, ...shown }) => shown),
            null,
            2,
          )}\n`,
        )
      else if (labs.length === 0) io.stdout.write('no lab is running; start one: ninelives lab up --detach\n')
      else {
        io.stdout.write(
          `${'NAME'.padEnd(20)} ${'FLAVOUR'.padEnd(10)} ${'NODES'.padEnd(6)} ${'PID'.padEnd(8)} SERVER\n`,
        )
        for (const each of labs)
          io.stdout.write(
            `${each.name.padEnd(20)} ${each.flavour.padEnd(10)} ${String(each.nodes.length).padEnd(6)} ${String(each.pid).padEnd(8)} http://127.0.0.1:${each.port}\n`,
          )
      }
    })

  withName(lab.command('status'))
    .description('show a running lab: its clock, its nodes, what was broken')
    .option('-o, --output <format>', 'text or json', 'text')
    .addHelpText('after', '\nExamples:\n  ninelives lab status\n  ninelives lab status --name other -o json')
    .action(async ({ name, output }: { name: string; output: string }) => {
      const format = checkedFormat(output, ['text', 'json'])
      const status = await labNamed(name, io).status()
      if (format === 'json') return void io.stdout.write(`${JSON.stringify(status, null, 2)}\n`)
      io.stdout.write(
        `[LAB] ${status.name}: ${status.flavour}, Kubernetes ${status.kubernetes}, Calico ${status.calico}, seed ${status.seed}\n`,
      )
      io.stdout.write(`clock    ${rfc3339(status.nowMs)} (runs ${status.speed}:1)\n`)
      for (const node of status.nodes) io.stdout.write(`node     ${node.name} ${node.up ? 'up' : 'down'}\n`)
      for (const fault of status.faults)
        io.stdout.write(`broken   ${fault.mode} (${fault.variant}) on ${fault.node}\n`)
    })

  withName(lab.command('kubeconfig'))
    .description("print the path of a lab's kubeconfig")
    .option('--content', 'print the kubeconfig itself', false)
    .addHelpText(
      'after',
      '\nExamples:\n  export KUBECONFIG=$(ninelives lab kubeconfig)\n  ninelives lab kubeconfig --content > lab.yaml',
    )
    .action(({ name, content }: { name: string; content: boolean }) => {
      const states = new LabStates(io.env)
      states.need(name)
      io.stdout.write(content ? states.kubeconfig(name) : `${states.kubeconfigOf(name)}\n`)
    })
}
