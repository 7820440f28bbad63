#!/bin/sh
# The web server's configuration, from the templates and the environment. docs/nginx.md explains each variable.
# Needs `envsubst`, and `openssl` when a certificate has to be made.
set -eu

: "${TEMPLATES:=/etc/centralita/nginx}"
: "${CONF:=/etc/centralita/conf}"
: "${RUN:=/var/cache/nginx/centralita}"
: "${CACHE:=$RUN/cache}"
: "${LOGS:=/var/log/centralita}"
: "${ACME:=/var/lib/centralita/acme}"
: "${CERTIFICATES:=/var/lib/centralita/certificates}"
: "${DASHBOARD:=/usr/share/centralita/dashboard}"
: "${PAGES:=$TEMPLATES/pages}"
: "${MARKUP:=$TEMPLATES/markup}"
: "${ACCESS_LOG:=/dev/stdout}"
: "${ERROR_LOG:=stderr}"
: "${CALLBACK_LOG:=$LOGS/callbacks.log}"
: "${ERROR_LEVEL:=crit}"
: "${CONTROL_PLANES:=main=control-plane:3008/3010/3012}"
: "${SIDECAR:=sidecar:3009}"
: "${SERVER_NAME:=_}"
: "${ADDRESS:=0.0.0.0}"
: "${HTTP_PORT:=80}"
: "${HTTPS_PORT:=443}"
: "${PUBLIC_HTTPS_PORT:=$HTTPS_PORT}"
: "${TLS:=on}"
: "${WORKERS:=2}"
: "${CERTIFICATE:=}"
: "${CERTIFICATE_KEY:=}"
: "${RESOLVER:=}"
: "${TRUSTED_PROXIES:=}"

fail() {
    echo "nginx: $1" >&2
    exit 78
}

# --- the version ---------------------------------------------------------------------------------------------------
version=$(nginx -v 2>&1 | sed -n 's|.*nginx/\([0-9]*\)\.\([0-9]*\)\.\([0-9]*\).*|\1 \2 \3|p')
at_least() {
    echo "$version $*" | awk '{ exit !($1 * 1000000 + $2 * 1000 + $3 >= $4 * 1000000 + $5 * 1000 + $6) }'
}

# --- what follows from the variables -------------------------------------------------------------------------------
mkdir -p "$CONF" "$RUN" "$CACHE" "$LOGS"

user_line=""
if [ "$(id -u)" = 0 ]; then
    user_line="user ${NGINX_USER:=nginx};"
fi

listen_http2=" http2"
http2=""
if at_least 1 25 1; then
    listen_http2=""
    http2="http2 on;"
fi

suffix=""
[ "$PUBLIC_HTTPS_PORT" = 443 ] || suffix=":$PUBLIC_HTTPS_PORT"

resolver_line=""
resolve=""
if [ -n "$RESOLVER" ]; then
    at_least 1 27 3 || fail "RESOLVER needs Nginx 1.27.3 or newer"
    resolver_line="resolver $RESOLVER valid=5s ipv6=off;"
    resolve=" resolve"
fi

real_ip=""
proxies=""
newline='
'
for proxy in $TRUSTED_PROXIES; do
    case "$proxy" in
    *[!0-9a-fA-F.:/]*) fail "'$proxy' in TRUSTED_PROXIES is no address or network" ;;
    esac
    real_ip="${real_ip}set_real_ip_from $proxy;$newline"
    proxies="$proxies${proxies:+$newline}    $proxy  1;"
done
[ -z "$real_ip" ] || real_ip="${real_ip}real_ip_header X-Forwarded-For;${newline}real_ip_recursive on;"

case "$TLS" in
on) servers=tls ;;
off) servers=plain ;;
*) fail "TLS has to be on or off" ;;
esac

if [ -n "$CERTIFICATE" ] && [ -z "$CERTIFICATE_KEY" ]; then
    fail "CERTIFICATE needs CERTIFICATE_KEY"
fi
if [ -z "$CERTIFICATE" ]; then
    CERTIFICATE="$CERTIFICATES/self-signed.pem"
    CERTIFICATE_KEY="$CERTIFICATES/self-signed.key"
    if [ "$TLS" = on ] && ! openssl x509 -checkend 2592000 -noout -in "$CERTIFICATE" >/dev/null 2>&1; then
        mkdir -p "$CERTIFICATES"
        name=${SERVER_NAME%% *}
        [ "$name" != _ ] || name=localhost
        (
            umask 077
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 397 \
                -subj "/CN=$name" -addext "subjectAltName=DNS:$name,DNS:localhost,IP:127.0.0.1" \
                -keyout "$CERTIFICATE_KEY" -out "$CERTIFICATE" 2>/dev/null
        ) || fail "no certificate could be made in $CERTIFICATES"
        echo "nginx: made a self-signed certificate for $name; set CERTIFICATE and CERTIFICATE_KEY for a real one" >&2
    fi
fi

# --- control planes: `CONTROL_PLANES` is name=host:port/stream-port/webhook-port, more of them after commas ----------
# Without /webhook-port webhooks go to the same port as everything else, without /stream-port media streams too.
checked="max_fails=2 fail_timeout=2s"
planes=$(echo "$CONTROL_PLANES" | tr ',' ' ')
no_address="is no host:port, host:port/stream-port or host:port/stream-port/webhook-port"

api_address() { # name=host:port/stream-port/webhook-port
    address=${1#*=}
    echo "${address%%/*}"
}

stream_address() { # name=host:port/stream-port/webhook-port
    address=$(api_address "$1")
    beside=${1#*/}
    case "$1" in
    */*) echo "${address%:*}:${beside%%/*}" ;;
    *) echo "$address" ;;
    esac
}

webhook_address() { # name=host:port/stream-port/webhook-port
    address=$(api_address "$1")
    case "$1" in
    */*/*) echo "${address%:*}:${1##*/}" ;;
    *) echo "$address" ;;
    esac
}

# One upstream for each, with the others behind it; the lines at its end are $3.
upstreams() { # which address, name's beginning, lines
    for plane in $planes; do
        node=${plane%%=*}
        echo "    upstream $2_$node {$newline        zone $2_$node 64k;"
        echo "        server $("$1" "$plane") $checked$resolve;"
        for other in $planes; do
            [ "${other%%=*}" = "$node" ] || echo "        server $("$1" "$other") $checked backup$resolve;"
        done
        echo "$3    }"
    done
}

server_lines() { # which address
    for plane in $planes; do
        echo "        server $("$1" "$plane") $checked$resolve;"
    done
}

pools() { # name's beginning
    for plane in $planes; do
        echo "        \"~^/n/${plane%%=*}/\" $1_${plane%%=*};"
    done
}

for plane in $planes; do
    node=${plane%%=*}
    address=${plane#*=}
    case "$node" in
    *[!a-z0-9-]* | "") fail "'$node' in CONTROL_PLANES cannot be a name: a-z, 0-9 and -" ;;
    esac
    case "$address" in
    *[!A-Za-z0-9_.:/-]* | */*/*/* | */ | *//* | */*[!0-9/]*) fail "'$address' in CONTROL_PLANES $no_address" ;;
    *:[0-9]*) ;;
    *) fail "'$address' in CONTROL_PLANES $no_address" ;;
    esac
done
kept="        keepalive 16;$newline        keepalive_timeout 60s;$newline"

# --- fill in -------------------------------------------------------------------------------------------------------
export RUN CACHE ACME PAGES MARKUP DASHBOARD CERTIFICATE CERTIFICATE_KEY SERVER_NAME WORKERS
export ACCESS_LOG ERROR_LOG ERROR_LEVEL CALLBACK_LOG
export USER_LINE="$user_line" SERVERS="$servers" TLS_SUFFIX="$suffix"
export LISTEN="$ADDRESS:$HTTP_PORT" LISTEN_TLS="$ADDRESS:$HTTPS_PORT" LISTEN_HTTP2="$listen_http2" HTTP2="$http2"
CONTROL_PLANE_SERVERS=$(server_lines api_address)
NODE_UPSTREAMS=$(upstreams api_address node "$kept")
NODE_POOLS=$(pools node)
STREAM_SERVERS=$(server_lines stream_address)
STREAM_UPSTREAMS=$(upstreams stream_address stream "")
STREAM_POOLS=$(pools stream)
WEBHOOK_SERVERS=$(server_lines webhook_address)
WEBHOOK_UPSTREAMS=$(upstreams webhook_address webhook "$kept")
WEBHOOK_POOLS=$(pools webhook)
export CONTROL_PLANE_SERVERS NODE_UPSTREAMS NODE_POOLS STREAM_SERVERS STREAM_UPSTREAMS STREAM_POOLS
export WEBHOOK_SERVERS WEBHOOK_UPSTREAMS WEBHOOK_POOLS
export SIDECAR="$SIDECAR$resolve" RESOLVER="$resolver_line" REAL_IP="$real_ip" PROXIES="$proxies"

# Only these: a name in small letters is Nginx's own.
names='${RUN} ${CACHE} ${ACME} ${PAGES} ${MARKUP} ${DASHBOARD} ${CERTIFICATE} ${CERTIFICATE_KEY} ${SERVER_NAME} ${WORKERS}
${ACCESS_LOG} ${ERROR_LOG} ${ERROR_LEVEL} ${CALLBACK_LOG} ${USER_LINE} ${SERVERS} ${TLS_SUFFIX} ${LISTEN} ${LISTEN_TLS}
${LISTEN_HTTP2} ${HTTP2} ${CONTROL_PLANE_SERVERS} ${NODE_UPSTREAMS} ${NODE_POOLS} ${STREAM_SERVERS} ${STREAM_UPSTREAMS}
${STREAM_POOLS} ${WEBHOOK_SERVERS} ${WEBHOOK_UPSTREAMS} ${WEBHOOK_POOLS} ${SIDECAR} ${RESOLVER} ${REAL_IP} ${PROXIES}'

(cd "$TEMPLATES" && find . -name '*.conf') | while read -r template; do
    mkdir -p "$CONF/$(dirname "$template")"
    envsubst "$names" <"$TEMPLATES/$template" >"$CONF/$template"
done
