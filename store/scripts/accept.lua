-- Accept one event. ARGV: as for `accept` in the preamble.
-- Returns {'new' | 'duplicate', id of the event in force, now in ms}.
return accept(ARGV)
