#!/bin/sh
# Makes a call to every endpoint of the example services, so that there is something to see.
# usage: manual-calls.sh [EXAMPLE_API_URL [ORDER_SERVICE_URL]]     further options in WEIR_REPLAY_OPTIONS
set -eu
here=$(dirname -- "$0")
weir=${WEIR:-weir}
example=${1:-http://localhost:8080}
orders=${2:-}
# shellcheck disable=SC2086 # a list of options
"$weir" replay -r "$here/calls-example-api.gor" --to "$example" --speed max ${WEIR_REPLAY_OPTIONS:-}
# shellcheck disable=SC2086 # a list of options
[ -z "$orders" ] || "$weir" replay -r "$here/calls-order-service.gor" --to "$orders" --speed max ${WEIR_REPLAY_OPTIONS:-}
