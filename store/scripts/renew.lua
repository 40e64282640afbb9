-- Prolong leases. ARGV: for each job: lane, job id, token, lease in ms. Returns the tokens whose lease is lost.
local now, lost = now_ms(), {}
for at = 1, #ARGV, 4 do
  local lane, job_id, token, lease = ARGV[at], ARGV[at + 1], ARGV[at + 2], tonumber(ARGV[at + 3])
  if holds(job_id, token) then
    redis.call('PEXPIRE', K.in_progress .. job_id, lease)
    redis.call('ZADD', K.queue .. lane, 'XX', now + lease, job_id)
  else
    lost[#lost + 1] = token
  end
end
return lost
