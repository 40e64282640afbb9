-- A job is over. ARGV: lane, job id, token, event id, outcome (done or dead), line for the feed or '',
--                then field, value, ... for the event's trace.
-- Returns 1, or 0 when the claim is stale.
local lane, job_id, token, event_id = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
if not holds(job_id, token) then return 0 end
if #ARGV > 6 then redis.call('HSET', K.trace .. event_id, unpack(ARGV, 7)) end
forget_job(lane, job_id)
close_work(event_id, job_id, ARGV[5])
if ARGV[6] ~= '' then redis.call('PUBLISH', K.feed, ARGV[6]) end
return 1
