-- A worker has an answer for one cell. ARGV: job id, token, event id, cell, state (provisional, ready or fallback),
-- answer. Returns 'stale', or as `settle` in the preamble.
if not holds(ARGV[1], ARGV[2]) then return 'stale' end
return settle(ARGV[3], ARGV[4], ARGV[5], ARGV[6])
