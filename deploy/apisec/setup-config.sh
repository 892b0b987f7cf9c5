#!/bin/sh
# Asks for services and token, and writes configmap.yaml: what the old setup-config.sh did. Options go to `weir setup`.
set -eu
weir=${WEIR:-weir}
exec "$weir" setup "$@"
