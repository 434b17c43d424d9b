# Rhapsode with its embedded engine, on the CPU: no model, no compiler, no root.

FROM python:3.11-slim-bookworm AS build
WORKDIR /build
RUN python -m venv /opt/rhapsode
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY src ./src
COPY migrations ./migrations
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels . \
    && /opt/rhapsode/bin/pip install --no-cache-dir --constraint constraints.txt "$(echo /wheels/*.whl)[redis]"

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin rhapsode \
    && install --directory --owner=rhapsode /data
COPY --from=build /opt/rhapsode /opt/rhapsode
ENV PATH=/opt/rhapsode/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    RHAPSODE_DATA_DIR=/data \
    RHAPSODE_LOG_FORMAT=json
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8000

# An opener without proxies: a proxy variable of the host must not lead the question away from this container.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, ssl; from urllib.request import HTTPSHandler, ProxyHandler, build_opener; https = HTTPSHandler(context=ssl._create_unverified_context()); scheme = 'https' if os.environ.get('RHAPSODE_TLS_CERT') else 'http'; build_opener(ProxyHandler({}), https).open(scheme + '://127.0.0.1:8000/health', timeout=2)"]

# exec: the server is the process that `docker stop` speaks to, so that streams finish before it ends.
CMD ["/bin/sh", "-c", "rhapsode migrate && exec rhapsode serve --host 0.0.0.0"]
