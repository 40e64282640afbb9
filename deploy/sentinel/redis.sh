#!/bin/sh
# A primary or its replica. The settings are written once: from then on Redis keeps them itself, since roles change.
set -eu
umask 077
data=${DATA:-/data}
if [ ! -f "$data/redis.conf" ]; then
    cat > "$data/redis.conf.new" <<END
port ${PORT:-6379}
dir $data
appendonly yes
appendfsync always
maxmemory-policy noeviction
maxmemory $MEMORY
min-replicas-to-write 1
min-replicas-max-lag 10
requirepass $MEMBER_PASSWORD
masterauth $MEMBER_PASSWORD
replica-announce-ip $MEMBER
replica-announce-port ${PORT:-6379}
END
    if [ -n "${REPLICA_OF:-}" ]; then
        echo "replicaof $REPLICA_OF" >> "$data/redis.conf.new"
    fi
    mv "$data/redis.conf.new" "$data/redis.conf"
fi
exec redis-server "$data/redis.conf"
