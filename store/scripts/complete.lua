-- A call is to be completed, by one job at a time. ARGV: name of the call, event id, due in ms.
-- Returns 1, or 0 when a job is at it: then that is due as soon as this one would be.
local guard, event_id, now = K.completing .. ARGV[1], ARGV[2], now_ms()
local job_id, due = K.complete_job_prefix .. event_id, now + tonumber(ARGV[3])
local held = redis.call('GET', guard)
if held and redis.call('ZSCORE', K.open, held) then
  -- A job that is claimed stands in its queue with the end of its lease, which must stay what it is.
  if redis.call('EXISTS', K.in_progress .. held) == 0 then
    redis.call('ZADD', K.queue .. 'background', 'XX', 'LT', due, held)
  end
  return 0
end
if redis.call('EXISTS', K.event .. event_id) == 0 then return 0 end
redis.call('SET', guard, job_id, 'PX', 24 * 3600 * 1000)
open_work(event_id, job_id, now)
enqueue('background', job_id, cjson.encode({ t = cjson.null, f = 'complete', a = { event_id }, k = {}, et = 0 }), due)
return 1
