#!/bin/sh
# How the web server starts in a container: its configuration from the environment, then Nginx itself.
set -eu
# Numbers of callers, keys: the sidecar, which reads the first, runs as the same user.
umask 077

: "${TEMPLATES:=/etc/centralita/nginx}"
: "${CONF:=/etc/centralita/conf}"
export TEMPLATES CONF

sh "$TEMPLATES/render.sh"
nginx -e stderr -t -q -c "$CONF/hybrid.conf"
exec nginx -e stderr -c "$CONF/hybrid.conf"
