#!/bin/sh
# Fetches what a traffic monitor has captured, and writes captured-endpoints.json.
# usage: extract-endpoints.sh [-o FILE] [-n NAMESPACE] [--include-health-checks] [--new-only] [--clear] [-r EVENTS]
#   -r EVENTS  a file of events that is here already, instead of the first pod's
#   --clear    forget how far --new-only has come
set -eu
weir=${WEIR:-weir}
output=captured-endpoints.json namespace=kube-system events='' new='' health='' clear=''
while [ $# -gt 0 ]; do
    case $1 in
        -o) output=$2; shift ;;
        -n) namespace=$2; shift ;;
        -r) events=$2; shift ;;
        --include-health-checks) health=$1 ;;
        --new-only) new=$1 ;;
        --clear) clear=yes ;;
        *) echo "extract-endpoints.sh: unknown option $1" >&2; exit 2 ;;
    esac
    shift
done
[ -z "$clear" ] || rm -f -- "$(dirname -- "$output")/.extract-state.json"
if [ -z "$events" ]; then
    pod=$(kubectl -n "$namespace" get pods -l app=traffic-monitor -o 'jsonpath={.items[0].metadata.name}')
    [ -n "$pod" ] || { echo "extract-endpoints.sh: no pod with label app=traffic-monitor in $namespace" >&2; exit 1; }
    events=$(mktemp)
    trap 'rm -f -- "$events"' EXIT
    kubectl -n "$namespace" exec "$pod" -- cat /tmp/endpoints.json > "$events"
fi
# shellcheck disable=SC2086 # each is one option or none
"$weir" endpoints -r "$events" --format captured -o "$output" $health $new
