'use strict'
/**
 * Loads the bundle together with the code that the engine made of it the last time. What Node.js itself keeps holds what is compiled when a
 * file is loaded; this also holds the functions that ran since, and compiling those is a quarter of a short run.
 *
 * Each command has a file of its own, since each runs other functions. What cannot be read, written or used does no harm: then the bundle
 * is compiled. Like Node.js, it keeps nothing where NODE_DISABLE_COMPILE_CACHE is set.
 */
const { createHash } = require('node:crypto')
const { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } = require('node:fs')
const { createRequire } = require('node:module')
const { homedir } = require('node:os')
const { dirname, isAbsolute, join } = require('node:path')
const { Script } = require('node:vm')

/** A command that goes on for longer has run what its start needs by then, and may be killed later. */
const keptAfterMs = 5000

/** Runs a CommonJS file that imports nothing by `import()`; answers what it exports. */
exports.load = (file) => {
  const source = readFileSync(file)
  const place = process.env.NODE_DISABLE_COMPILE_CACHE ? undefined : placeOf(source)
  const cachedData = place && contentOf(place)
  const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
    filename: file,
    ...(cachedData && { cachedData }),
  })
  if (place && script.cachedDataRejected !== false) keepLater(script, place)
  const module = { exports: {} }
  script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file))
  return module.exports
}

/**
 * The engine refuses code that another version made, or other flags (those of `lab up` differ with the size of the lab: the last one's are
 * kept), and does not look whether it is of the same source.
 */
function placeOf(source) {
  const home = cacheHome()
  if (home === undefined) return undefined
  const { NODE_OPTIONS = '' } = process.env
  const command = commands.includes(process.argv[2]) ? process.argv[2] : 'other'
  const by = `${process.version}-${process.arch}${NODE_OPTIONS || process.execArgv.length > 0 ? '-flags' : ''}`
  const bundle = createHash('sha1').update(source).digest('hex').slice(0, 16)
  return { folder: join(home, 'ninelives'), bundle, name: `${bundle}-${by}-${command}.code` }
}

/** None for a user whom the machine does not know, as in a container with any number for a user. */
function cacheHome() {
  const { XDG_CACHE_HOME = '' } = process.env
  if (isAbsolute(XDG_CACHE_HOME)) return XDG_CACHE_HOME
  try {
    return join(homedir(), '.cache')
  } catch {
    return undefined
  }
}

const commands = ['diagnose', 'drill', 'lab', 'tour']

function contentOf({ folder, name }) {
  try {
    return readFileSync(join(folder, name))
  } catch {
    return undefined
  }
}

function keepLater(script, place) {
  let kept = false
  const keepOnce = () => {
    if (!kept) keep(script.createCachedData(), place)
    kept = true
  }
  setTimeout(keepOnce, keptAfterMs).unref()
  process.once('exit', keepOnce)
}

/** Nobody reads half a file. What belongs to another bundle is of no use any more. */
function keep(code, { folder, bundle, name }) {
  const path = join(folder, name)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(`${path}.${process.pid}`, code, { mode: 0o600 })
    renameSync(`${path}.${process.pid}`, path)
    for (const each of readdirSync(folder))
      if (each.endsWith('.code') && !each.startsWith(bundle)) rmSync(join(folder, each))
  } catch {
    // A folder that is full or not ours: the next run compiles again.
  }
}
