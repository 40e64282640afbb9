#!/bin/sh
# A sentinel. What it is told stands here once; what it learns it writes into the same file and finds it there again.
set -eu
umask 077
data=${DATA:-/data}
if [ ! -f "$data/sentinel.conf" ]; then
    cat > "$data/sentinel.conf.new" <<END
port ${PORT:-26379}
dir $data
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
sentinel monitor front $PRIMARY 2
sentinel auth-pass front $MEMBER_PASSWORD
sentinel down-after-milliseconds front 5000
sentinel failover-timeout front 30000
sentinel parallel-syncs front 1
END
    mv "$data/sentinel.conf.new" "$data/sentinel.conf"
fi
exec redis-server "$data/sentinel.conf" --sentinel
