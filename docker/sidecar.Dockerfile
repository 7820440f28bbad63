# The metrics sidecar: health and figures of all control planes. Build from the root of the repository:
#   docker build -f docker/sidecar.Dockerfile -t centralita-sidecar .

# The stages up to `packages` are the same for the control plane, so that both images share these layers on the disk.
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
    METRICS_HOST=0.0.0.0 \
    METRICS_PORT=3009 \
    DATA_DIR=/data
RUN useradd --system --uid 10001 --user-group --home-dir /app --shell /usr/sbin/nologin centralita \
    && install -d -o centralita -g centralita -m 0700 /data \
    && install -d -o centralita -g centralita -m 0755 /edge
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY docker/healthy.py docker/healthy.py
COPY metrics_sidecar metrics_sidecar
RUN python -m compileall -q metrics_sidecar
USER centralita
VOLUME /data
EXPOSE 3009
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-I", "/app/docker/healthy.py", "http://127.0.0.1:3009/health/live"]
STOPSIGNAL SIGTERM
CMD ["python", "-m", "metrics_sidecar"]
