// What Redis does in one step: the scripts, and the keys they touch. When they are run is redis-engine.ts and redis-log.ts.
//
//   {prefix}:state   hash     epoch, index of the newest entry, run of Redis, and `s:<stream>` → its newest seq
//   {prefix}:log     stream   every event and every word between nodes, as one line; the entries are numbered <index>-1
//   {prefix}:id:…    string   where an event id went, for as long as events are kept; `once:…` the same for ids of clients
//
// `index` grows by one with each entry, so whoever reads can tell that nothing is missing. A log that begins anew begins at the time in µs,
// behind all that its nodes know of: so those who wait for what comes are woken, and a log that was given up is never taken for a new one.

export interface Keys {
  readonly state: string
  readonly log: string
  readonly defaults: string
  id(eventId: string): string
  /** @param hash of who and what */
  once(hash: string): string
}

/** All behind one hash tag, so that a cluster keeps them together. */
export function keysOf(prefix: string): Keys {
  return {
    state: `{${prefix}}:state`,
    log: `{${prefix}}:log`,
    defaults: `{${prefix}}:defaults`,
    id: (eventId) => `{${prefix}}:id:${eventId}`,
    once: (hash) => `{${prefix}}:once:${hash}`,
  }
}

/**
 * Whether the log is the one that a node knows. Begins it anew where it is not to be trusted any more: there is none, Redis was started again
 * or another took over (what it was told last may be lost, and the same numbers would be given out twice), or it lacks what the node has seen.
 *
 * KEYS state, log · ARGV a fresh epoch; the node's epoch, the index it has read up to, the id of that entry, the newest index it knows of
 * → epoch, index, 1 where the entry is missing that comes next for the node, time in ms, run
 */
export const checkScript = `
local info = redis.pcall('INFO', 'server')
local run = type(info) == 'string' and info:match('run_id:(%w+)') or ''
local state = redis.call('HMGET', KEYS[1], 'epoch', 'index', 'run')
local epoch, index = state[1], tonumber(state[2] or 0)
local time = redis.call('TIME')
local at = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local read = tonumber(ARGV[3])
local isOurs = epoch == ARGV[2]
local function idAt(place)
  local key = string.format('%.0f-1', place)
  local found = redis.call('XRANGE', KEYS[2], key, key)[1]
  return found and found[2][2]
end
local known = tonumber(ARGV[5])
local isBroken = not epoch or state[3] ~= run or index < known
if isOurs and not isBroken then
  local id = idAt(read)
  isBroken = id and ARGV[4] ~= '' and id ~= ARGV[4]
end
if isBroken then
  epoch, index, isOurs = ARGV[1], math.max(time[1] * 1000000 + time[2], index + 1, known + 1), false
  redis.call('UNLINK', KEYS[1], KEYS[2])
  redis.call('XADD', KEYS[2], string.format('%.0f-1', index), 'id', 'begin:' .. epoch, 'stream', '', 'seq', '0', 'at', at, 'body', '')
end
index = string.format('%.0f', index)
-- Also where nothing has changed: a Redis that takes no writes is none to go on with.
redis.call('HSET', KEYS[1], 'epoch', epoch, 'index', index, 'run', run)
local misses = isOurs and tonumber(index) > read and not idAt(read + 1)
return { epoch, index, misses and 1 or 0, at, run }
`

/**
 * Appends an entry once, however often it is asked to.
 *
 * KEYS state, log, and what it is to be done once by (\`id:…\`, \`once:…\`) · ARGV the node's epoch, the newest index it knows of, until when (ms) it may be done,
 * a token of whoever asks, id, stream ('' for a word between nodes), body, how long (ms) the ids are kept, how many entries are kept
 * → 'done', index, seq, at · 'known', token, epoch, id, seq, at, fields of the entry if it is still there · 'moved' · 'late'
 */
export const appendScript = `
local state = redis.call('HMGET', KEYS[1], 'epoch', 'index')
local epoch = state[1]
if epoch ~= ARGV[1] or tonumber(state[2]) < tonumber(ARGV[2]) then return { 'moved' } end
local time = redis.call('TIME')
local at = time[1] * 1000 + math.floor(time[2] / 1000)
if at > tonumber(ARGV[3]) then return { 'late' } end
at = string.format('%.0f', at)
for place = 3, #KEYS do
  local known = redis.call('GET', KEYS[place])
  if known then
    local token, before, index, seq, since, id = known:match('^(%S+) (%S+) (%S+) (%S+) (%S+) (.*)$')
    -- What was kept under this very id before the log began anew is gone, so it is appended again.
    if before == epoch or id ~= ARGV[5] then
      local entry = redis.call('XRANGE', KEYS[2], index .. '-1', index .. '-1')[1]
      return { 'known', token, before, id, seq, since, entry and entry[2] or {} }
    end
  end
end
local index = string.format('%.0f', redis.call('HINCRBY', KEYS[1], 'index', 1))
local seq = '0'
if ARGV[6] ~= '' then seq = string.format('%.0f', redis.call('HINCRBY', KEYS[1], 's:' .. ARGV[6], 1)) end
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[9], index .. '-1', 'id', ARGV[5], 'stream', ARGV[6], 'seq', seq, 'at', at, 'body', ARGV[7])
local known = table.concat({ ARGV[4], epoch, index, seq, at, ARGV[5] }, ' ')
for place = 3, #KEYS do redis.call('SET', KEYS[place], known, 'PX', ARGV[8]) end
return { 'done', index, seq, at }
`

/**
 * Forgets entries that are older than they are kept, but never the newest. They lie in the order of time, so the first to be kept is
 * found by halving.
 *
 * KEYS log · ARGV how long (ms) entries are kept → how many went
 */
export const trimScript = `
local time = redis.call('TIME')
local oldest = time[1] * 1000 + math.floor(time[2] / 1000) - tonumber(ARGV[1])
local function placeOf(entry) return tonumber(entry[1]:match('^%d+')) end
local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
if not first then return 0 end
local last = placeOf(redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1])
local low, high = placeOf(first), last
while low < high do
  local middle = math.floor((low + high) / 2)
  local entry = redis.call('XRANGE', KEYS[1], string.format('%.0f-1', middle), '+', 'COUNT', 1)[1]
  if tonumber(entry[2][8]) <= oldest then low = placeOf(entry) + 1 else high = middle end
end
return redis.call('XTRIM', KEYS[1], 'MAXLEN', string.format('%.0f', last - math.min(low, last) + 1))
`
