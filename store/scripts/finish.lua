-- A job is over. ARGV: lane, job id, token, event id, outcome (done or dead), line for the feed or '',
--                the answer it ends with, of the event's only cell: cell, state, answer, or '' three times; then field,
--                value, ... for the trace.
-- Returns 'done', 'stale', or 'late' when its answer is: then the job is not over, since something must become of that.
local lane, job_id, token, event_id = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
-- Whoever asks again because the reply was lost, or after somebody else finished it, has nothing left to do.
if not holds(job_id, token) then
  return redis.call('ZSCORE', K.queue .. lane, job_id) and 'stale' or 'done'
end
if ARGV[8] ~= '' and settle(event_id, ARGV[7], ARGV[8], ARGV[9], true) == 'late' then return 'late' end
if #ARGV > 9 then redis.call('HSET', K.trace .. event_id, unpack(ARGV, 10)) end
forget_job(lane, job_id)
close_work(event_id, job_id, ARGV[5])
if ARGV[6] ~= '' then redis.call('PUBLISH', K.feed, ARGV[6]) end
return 'done'
