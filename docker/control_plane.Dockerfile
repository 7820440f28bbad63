# The control plane: calls, API, live events. Build from the root of the repository:
#   docker build -f docker/control_plane.Dockerfile -t centralita-control-plane .

# The stages up to `packages` are the same for the sidecar, so that both images share these layers on the disk.
FROM python:3.13-slim-trixie AS packages
ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.lock /tmp/requirements.lock
RUN python -m venv --without-pip /opt/venv \
    && python -m pip --python /opt/venv/bin/python install --require-hashes --no-deps --requirement /tmp/requirements.lock

FROM python:3.13-slim-trixie
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONPATH=/app \
    HOST=0.0.0.0 \
    API_PORT=3008 \
    STREAM_PORT=3010 \
    WEBHOOK_PORT=3012 \
    DATA_DIR=/data
RUN useradd --system --uid 10001 --user-group --home-dir /app --shell /usr/sbin/nologin centralita \
    && install -d -o centralita -g centralita -m 0700 /data
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY docker/healthy.py docker/healthy.py
COPY control_plane control_plane
RUN python -m compileall -q control_plane
USER centralita
VOLUME /data
EXPOSE 3008 3010 3012
# Ready, not merely alive: who waits for this container wants to send it calls.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-I", "/app/docker/healthy.py", "http://127.0.0.1:3008/health/ready"]
# SIGTERM drains; give it DRAIN_SECONDS and some more (stop_grace_period).
STOPSIGNAL SIGTERM
CMD ["python", "-m", "control_plane", "run"]
