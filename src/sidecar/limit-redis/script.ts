import { CLOCK_NOISE, LEASE } from '../../engine/limit/shared-bucket.ts';

/**
 * The script that Redis runs for each visit to shared buckets: `shared-bucket.ts` of the engine in Lua, function by
 * function. A test compares both on random schedules. Numbers stay below 2^53, where Lua's doubles are exact; `%.0f`
 * writes them whole, since Lua would write 1e+15.
 *
 * `KEYS` are the buckets. `ARGV` has, for each: an operation, the count, period, burst and tick of its rate, and the
 * arguments of the operation:
 *
 * - `take` COST: from the bucket, and those of the `with` after it: from all of them or from none;
 * - `with` COST: see `take`;
 * - `return` COST TAKEN: gives back what was taken at this time;
 * - `charge` COST: counts what was allowed without the store, also if it is more than the bucket has;
 * - `renew` REPLICA REQUEST KNOWN LEFT NEED WANT: a lease;
 * - `release` REPLICA REQUEST KNOWN LEFT: hands a lease back.
 *
 * Operations take effect one after the other, also on one bucket. The reply is flat: the time of the store, then for each
 * operation the room of its bucket, the time until the cost is allowed and the time until it is full, in ticks; after a
 * renewal also 1 if the cost is spent, the units granted (-1: a later request came first) and 1 if the lease was known.
 *
 * @param clock Lua that returns the time, in microseconds since 1970; tests pass one of their own.
 */
export function bucketScript(clock: string = REDIS_TIME): string {
  return `local now = (function() ${clock} end)()\n${BODY}`;
}

const REDIS_TIME = "local t = redis.call('TIME') return t[1] * 1000000 + t[2]";

const BODY = `
local LEASE = ${LEASE}
local CLOCK_NOISE = ${CLOCK_NOISE}
local floor, ceil, max, min = math.floor, math.ceil, math.max, math.min

local function parse(text)
  local words = {}
  for word in string.gmatch(text, '%S+') do words[#words + 1] = word end
  if #words % 5 ~= 0 or #words == 0 then return nil end
  for i, word in ipairs(words) do
    if (i < 6 or i % 5 ~= 1) and not tonumber(word) then return nil end
  end
  local bucket = {
    count = tonumber(words[1]), period = tonumber(words[2]), tick = tonumber(words[3]),
    used = tonumber(words[4]), at = tonumber(words[5]), leases = {},
  }
  for i = 6, #words, 5 do
    bucket.leases[#bucket.leases + 1] = {
      replica = words[i], request = tonumber(words[i + 1]), granted = tonumber(words[i + 2]),
      held = tonumber(words[i + 3]), ends = tonumber(words[i + 4]),
    }
  end
  return bucket
end

local function held_in(leases, burst)
  local held = 0
  for _, lease in ipairs(leases) do held = held + lease.held end
  return min(held, burst)
end

local function write(key, bucket, rate)
  local parts = { string.format('%.0f %.0f %.0f %.0f %.0f', bucket.count, bucket.period, bucket.tick, bucket.used, bucket.at) }
  local last = now
  for _, lease in ipairs(bucket.leases) do
    parts[#parts + 1] = string.format('%s %.0f %.0f %.0f %.0f', lease.replica, lease.request, lease.granted, lease.held, lease.ends)
    last = max(last, lease.ends)
  end
  local drained = ceil((bucket.used + held_in(bucket.leases, rate.burst) * bucket.period) / bucket.count) * bucket.tick
  local lifetime = ceil((last - now + drained) / 1000) + 1
  redis.call('SET', key, table.concat(parts, ' '), 'PX', string.format('%.0f', lifetime))
end

-- A value of another program counts as a bucket that is used up, from now on.
local function read(key, rate)
  local text = redis.pcall('GET', key)
  if not text then return nil end
  local bucket = type(text) == 'string' and parse(text)
  if bucket then return bucket end
  bucket = {
    count = rate.count, period = rate.period, tick = rate.tick,
    used = rate.burst * rate.period, at = floor(now / rate.tick), leases = {},
  }
  write(key, bucket, rate)
  return bucket
end

local function drain(bucket)
  local used, at = bucket.used, bucket.at
  local ended = {}
  for _, lease in ipairs(bucket.leases) do
    if lease.ends <= now then ended[#ended + 1] = lease end
  end
  table.sort(ended, function(a, b) return a.ends < b.ends end)
  for _, lease in ipairs(ended) do
    local last = max(at, ceil(lease.ends / bucket.tick))
    used = max(0, used - (last - at) * bucket.count) + lease.held * bucket.period
    at = last
  end
  return max(0, used - max(0, floor(now / bucket.tick) - at) * bucket.count)
end

local function moment(bucket, tick)
  local at = bucket.at * bucket.tick
  if at <= now or at - now > CLOCK_NOISE then return floor(now / tick) end
  return ceil(at / tick)
end

local function most_used(rate)
  return rate.burst * rate.period * (rate.tick == 1 and 2 or 1)
end

local function settle(bucket, rate)
  if not bucket then
    return { count = rate.count, period = rate.period, tick = rate.tick, used = 0, at = floor(now / rate.tick), leases = {} }
  end
  local used = drain(bucket)
  if bucket.period ~= rate.period then used = ceil((used / bucket.period) * rate.period) end
  local leases = {}
  for _, lease in ipairs(bucket.leases) do
    if lease.ends > now then
      lease.ends = min(lease.ends, now + LEASE)
      leases[#leases + 1] = lease
    end
  end
  return {
    count = rate.count, period = rate.period, tick = rate.tick,
    used = min(used, most_used(rate)), at = moment(bucket, rate.tick), leases = leases,
  }
end

local function free_of(bucket, rate)
  return rate.burst * rate.period - bucket.used - held_in(bucket.leases, rate.burst) * rate.period
end

local reply = { now }

local function tell(bucket, rate, cost)
  local free = free_of(bucket, rate)
  local missing = cost * rate.period - free
  reply[#reply + 1] = max(0, floor(free / rate.period))
  reply[#reply + 1] = (missing <= 0 or cost == 0) and 0 or ceil(missing / rate.count)
  reply[#reply + 1] = ceil((rate.burst * rate.period - free) / rate.count)
end

local function recognize(bucket, replica, request, known, left)
  local own
  local others = {}
  for _, lease in ipairs(bucket.leases) do
    if lease.replica == replica then own = lease else others[#others + 1] = lease end
  end
  if not own then
    bucket.leases = others
    return true, 0, false
  end
  if own.request >= request then return false end
  local held = own.held
  if own.request ~= known then held = held - own.granted end
  local kept = min(left, held)
  bucket.used = bucket.used + (held - kept) * bucket.period
  bucket.leases = others
  return true, kept, true
end

local next_argument = 1
local function argument()
  next_argument = next_argument + 1
  return ARGV[next_argument - 1]
end
local function number() return tonumber(argument()) end

local takes, fits = {}, true
local function conclude()
  for _, take in ipairs(takes) do
    if fits and take.cost > 0 then
      take.bucket.used = take.bucket.used + take.cost * take.rate.period
      write(take.key, take.bucket, take.rate)
    end
    tell(take.bucket, take.rate, fits and 0 or take.cost)
  end
  takes, fits = {}, true
end

for _, key in ipairs(KEYS) do
  local operation = argument()
  if operation ~= 'with' then conclude() end
  local rate = { count = number(), period = number(), burst = number(), tick = number() }
  local bucket = settle(read(key, rate), rate)
  if operation == 'take' or operation == 'with' then
    local cost = number()
    takes[#takes + 1] = { key = key, bucket = bucket, rate = rate, cost = cost }
    if cost > 0 and cost * rate.period > free_of(bucket, rate) then fits = false end
  elseif operation == 'return' then
    local cost, taken = number(), number()
    local drained = max(0, bucket.at - floor(taken / rate.tick)) * rate.count
    bucket.used = max(0, bucket.used - max(0, cost * rate.period - drained))
    write(key, bucket, rate)
    tell(bucket, rate, 0)
  elseif operation == 'charge' then
    bucket.used = min(bucket.used + number() * rate.period, most_used(rate))
    write(key, bucket, rate)
    tell(bucket, rate, 0)
  elseif operation == 'renew' then
    local replica, request, known, left, cost, ahead = argument(), number(), number(), number(), number(), number()
    local is_current, kept, is_known = recognize(bucket, replica, request, known, left)
    local allowed, granted = false, -1
    if is_current then
      local room = max(0, floor((free_of(bucket, rate) - kept * rate.period) / rate.period))
      allowed = cost <= room
      granted = allowed and min(ahead, floor((room - cost) / 2)) or 0
      if allowed then bucket.used = bucket.used + cost * rate.period end
      if kept + granted > 0 then
        bucket.leases[#bucket.leases + 1] = {
          replica = replica, request = request, granted = granted, held = kept + granted, ends = now + LEASE,
        }
      end
      write(key, bucket, rate)
    end
    tell(bucket, rate, allowed and 0 or cost)
    reply[#reply + 1] = allowed and 1 or 0
    reply[#reply + 1] = granted
    reply[#reply + 1] = is_known and 1 or 0
  else
    if recognize(bucket, argument(), number(), number(), number()) then write(key, bucket, rate) end
    tell(bucket, rate, 0)
  end
end
conclude()
return reply
`;
