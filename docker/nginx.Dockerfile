# The web server in front, with the dashboard in it. Build from the root of the repository:
#   docker build -f docker/nginx.Dockerfile -t centralita-nginx .

FROM node:22-slim AS dashboard
WORKDIR /dashboard
COPY dashboard/package.json dashboard/package-lock.json ./
RUN npm ci --no-audit --no-fund --ignore-scripts
COPY dashboard ./
RUN npm run build

FROM nginx:1.28-alpine
# nginx/render.sh makes a certificate with openssl when it is given none.
RUN apk add --no-cache openssl \
    && adduser -S -D -H -u 10001 -s /sbin/nologin centralita \
    && install -d -o centralita -m 0755 /edge
COPY nginx /etc/centralita/nginx
COPY --from=dashboard /dashboard/dist /usr/share/centralita/dashboard
# What is written goes to /tmp, or to /edge when it has to stay: the calls that nobody answered, certificates.
ENV TEMPLATES=/etc/centralita/nginx \
    DASHBOARD=/usr/share/centralita/dashboard \
    CONF=/tmp/centralita/conf \
    RUN=/tmp/centralita/run \
    CACHE=/tmp/centralita/cache \
    LOGS=/edge/logs \
    ACME=/edge/acme \
    CERTIFICATES=/edge/certificates \
    HTTP_PORT=8080 \
    HTTPS_PORT=8443 \
    TLS=off
USER centralita
VOLUME /edge
EXPOSE 8080 8443
# Any answer will do: bad news of the processes behind it is no fault of its own.
HEALTHCHECK --interval=10s --timeout=5s --start-period=15s --retries=3 \
    CMD ["sh", "-c", "printf 'HEAD / HTTP/1.0\\r\\n\\r\\n' | nc -w 3 127.0.0.1 8080 | head -n 1 | grep -q HTTP/"]
STOPSIGNAL SIGQUIT
ENTRYPOINT ["sh", "/etc/centralita/nginx/docker-entrypoint.sh"]
CMD []
