# The same image with the common mistake: the packages are in root's home.
ARG BASE=docker.io/library/python:3.12-slim

FROM ${BASE} AS packages
WORKDIR /build
COPY . .
RUN pip install --user --no-cache-dir --only-binary=:all: --require-hashes \
    --requirement requirements.lock

FROM ${BASE}
ENV PATH=/root/.local/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 \
    PORT=8000
WORKDIR /srv
COPY --from=packages /root/.local /root/.local
COPY . .
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, httpx; httpx.get(f'http://127.0.0.1:{os.environ[\"PORT\"]}/health/live')"]
CMD ["python", "main.py"]
