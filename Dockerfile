# The application's image, and the image that tests it. Docker's own BuildKit reads this;
# there is no syntax line, because that would need a registry.
ARG PYTHON_IMAGE=python:3.14-slim
# Slipway names the finished image here, so that what is tested is what ships.
ARG RUNTIME=runtime

FROM ${PYTHON_IMAGE} AS build
COPY requirements-web.txt /
RUN --mount=type=cache,target=/var/cache/pip \
    python -m venv --without-pip /opt/venv \
    && python -m venv /opt/tools \
    && /opt/tools/bin/pip --python /opt/venv/bin/python install \
        --cache-dir /var/cache/pip --disable-pip-version-check \
        --require-hashes --requirement /requirements-web.txt

FROM build AS source
WORKDIR /app
COPY webapp webapp
# Checked by nobody at the start, so a task starts sooner; the suite is not shipped.
RUN rm -rf webapp/tests \
    && python -m compileall -q --invalidation-mode unchecked-hash webapp

FROM ${PYTHON_IMAGE} AS runtime
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/app
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY entries entries
COPY --from=source /app/webapp webapp
# The root file system is read-only; what is mounted here has the rights of this folder.
VOLUME /tmp
USER 10001:10001
EXPOSE 8000
# No ENTRYPOINT: a task definition's command is an entry.
CMD ["entries/web.sh"]
# Last, so that a commit that changes nothing else shares every layer.
ARG REVISION=unknown
ARG SOURCE=
ENV WEBAPP_REVISION=${REVISION}
LABEL org.opencontainers.image.title="webapp" \
    org.opencontainers.image.revision="${REVISION}" \
    org.opencontainers.image.source="${SOURCE}"

FROM build AS suite
COPY requirements-web-test.txt /
RUN --mount=type=cache,target=/var/cache/pip \
    /opt/tools/bin/pip --python /opt/venv/bin/python install \
        --cache-dir /var/cache/pip --disable-pip-version-check \
        --require-hashes --target /opt/suite \
        --requirement /requirements-web-test.txt

FROM ${RUNTIME} AS test
COPY --from=suite /opt/suite /opt/suite
COPY webapp/tests webapp/tests
ENV PYTHONPATH=/app:/opt/suite
