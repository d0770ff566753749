# A small image: the static program, time zones, certificates, no shell, no root.
#
#   docker build --build-arg VERSION="$(git describe --tags --always)" -t dakota-reconcile .
#   docker run --rm -v reconcile-state:/state -v "$PWD":/input:ro -e DAKOTA_API_KEY_FILE=/run/secrets/key \
#     -v /etc/dakota-reconcile/api-key:/run/secrets/key:ro dakota-reconcile plan /input/partners.csv
#
# There is no shell in it, so DAKOTA_API_KEY_COMMAND does not work there: give the key as a file.

FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=image
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w -X dakota-reconcile/cli.release=${VERSION}" -o /out/dakota-reconcile . \
 && mkdir -m 700 /out/state

FROM gcr.io/distroless/static-debian12:nonroot
COPY --from=build /out/dakota-reconcile /usr/local/bin/dakota-reconcile
COPY --from=build --chown=65532:65532 /out/state /state
# The ledger, its lock, and the reports of runs that name no place for them.
ENV XDG_STATE_HOME=/state
VOLUME /state
WORKDIR /state
USER 65532:65532
HEALTHCHECK NONE
ENTRYPOINT ["/usr/local/bin/dakota-reconcile"]
