-- A comparison with the platforms' lists is asked for. ARGV: its id, the request, how long it is remembered in ms.
local key, job_id = K.reconcile .. ARGV[1], K.reconcile_job_prefix .. ARGV[1]
if redis.call('EXISTS', key) == 1 then return 0 end
redis.call('HSET', key, 'request', ARGV[2])
redis.call('PEXPIRE', key, ARGV[3])
redis.call('ZADD', K.open, now_ms(), job_id)
enqueue('bulk', job_id, cjson.encode({ t = cjson.null, f = 'reconcile', a = { ARGV[1] }, k = {}, et = 0 }), now_ms())
return 1
