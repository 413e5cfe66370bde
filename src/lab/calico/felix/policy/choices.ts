/** Calico's selectors as choices of endpoints. */
import type { Choice } from '#lab/calico/felix/policy/model.ts'
import { calicoSelector, type LabelTest, SelectorError } from '#lab/calico/selector.ts'

/** By an endpoint's own labels. */
export function byLabels(selector: string): Choice {
  const test = testOf(selector)
  return { text: selector, chooses: ({ labels }) => test(labels) }
}

/** By the labels of its namespace (`pcns.` in Calico's profiles); host endpoints and global sets have none. */
export function byNamespace(selector: string): Choice {
  if (selector.trim() === 'global()')
    return { text: '!has(projectcalico.org/namespace)', chooses: ({ namespace }) => namespace === undefined }
  const test = testOf(selector)
  return {
    text: `pcns:${selector}`,
    chooses: ({ namespace, namespaceLabels = {} }) =>
      namespace !== undefined && test({ ...namespaceLabels, 'projectcalico.org/name': namespace }),
  }
}

export const inNamespace = (name: string): Choice => ({
  text: `projectcalico.org/namespace == '${name}'`,
  chooses: ({ namespace }) => namespace === name,
})

export function byServiceAccount({
  names = [],
  selector = '',
}: {
  readonly names?: readonly string[]
  readonly selector?: string
}): Choice {
  const test = testOf(selector)
  const text = [
    names.length > 0 ? `projectcalico.org/serviceaccount in {${names.join()}}` : '',
    `pcsa:${selector}`,
  ]
  return {
    text: text.filter((part) => part !== '' && part !== 'pcsa:').join(' && '),
    chooses: ({ serviceAccount, serviceAccountLabels = {} }) =>
      serviceAccount !== undefined &&
      (names.length === 0 || names.includes(serviceAccount)) &&
      (selector === '' || test({ ...serviceAccountLabels, 'projectcalico.org/name': serviceAccount })),
  }
}

/** A text that is no selector chooses nothing: Felix drops the whole resource with a warning. */
function testOf(selector: string): LabelTest {
  try {
    return calicoSelector(selector)
  } catch (error) {
    if (error instanceof SelectorError) return () => false
    throw error
  }
}
