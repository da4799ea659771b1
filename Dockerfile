# The product without its own servers: PostgreSQL and Valkey are named by the environment (docs/operations.md).
FROM python:3.11-slim-bookworm
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /app
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
RUN useradd --system --uid 10001 --home-dir /app tongban && mkdir -p .data staticfiles && chown tongban .data staticfiles
COPY --chown=tongban . .
USER tongban
# Collected under the production settings, whose keys exist nowhere at this point.
RUN .ci/as-production python manage.py collectstatic --noinput
EXPOSE 8000
CMD ["gunicorn", "portal.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--preload", "--no-control-socket"]
