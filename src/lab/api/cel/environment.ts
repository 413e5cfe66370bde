import { Environment } from '@marcbachmann/cel-js'
import { registerAddresses } from '#lab/api/cel/library/addresses.ts'
import { registerAuthorizer } from '#lab/api/cel/library/authorizer.ts'
import { registerFormats } from '#lab/api/cel/library/formats.ts'
import { registerLists, registerSets } from '#lab/api/cel/library/lists.ts'
import { registerOptionals } from '#lab/api/cel/library/optionals.ts'
import { registerQuantities } from '#lab/api/cel/library/quantities.ts'
import { registerRegex } from '#lab/api/cel/library/regex.ts'
import { registerTexts } from '#lab/api/cel/library/texts.ts'
import { registerUrls } from '#lab/api/cel/library/urls.ts'

const libraries = [
  registerLists,
  registerSets,
  registerRegex,
  registerTexts,
  registerUrls,
  registerQuantities,
  registerAddresses,
  registerFormats,
  registerAuthorizer,
  registerOptionals,
]

let made: Environment | undefined

/** The language with Kubernetes' own functions: staging:apiserver/pkg/cel/environment/base.go. Of every version, whichever serves. */
export function environment(): Environment {
  made ??= complete()
  return made
}

let withOptional: Environment | undefined

/** The same where `oldSelf` may be none (`optionalOldSelf`). */
export function optionalEnvironment(): Environment {
  withOptional ??= environment().clone().registerVariable('oldSelf', 'optional<dyn>')
  return withOptional
}

function complete(): Environment {
  const fresh = new Environment({
    unlistedVariablesAreDyn: true,
    enableOptionalTypes: true,
    homogeneousAggregateLiterals: false,
  })
  for (const register of libraries) register(fresh)
  return fresh
}
