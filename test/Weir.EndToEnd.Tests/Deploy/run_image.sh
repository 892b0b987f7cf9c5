#!/bin/sh
# Runs the image as a probe does in a cluster: user 0 with the named capabilities and no others, a read-only root, in a network namespace
# where a server listens at 8080. Needs a mount namespace of its own: podman's runtime wants one version of cgroups, and this host may
# have both. usage: run_image.sh IMAGE NETNS CAPABILITY…
set -eu
image=$1
namespace=$2
shift 2
umount /sys/fs/cgroup/unified 2>/dev/null || true
granted=$(for capability in "$@"; do printf ' --cap-add %s' "$capability"; done)
run() {
    podman --cgroup-manager=cgroupfs --runtime crun --events-backend=file run --ulimit nofile=1024:4096 --ulimit nproc=1024:4096 --log-driver k8s-file \
        --cap-drop all --security-opt no-new-privileges --read-only --tmpfs /tmp "$@"
}

# As who is in the image by default, without anything.
run --rm --network none "$image" --help >/dev/null
echo "default user: $(podman image inspect -f '{{.User}}' "$image")"

# shellcheck disable=SC2086 # one word each
container=$(run -d --network "ns:/run/netns/$namespace" $granted --user 0 "$image" sniff -i lo -p 8080 -n 2 --for 120s -o jsonl)
trap 'podman --cgroup-manager=cgroupfs --runtime crun --events-backend=file rm -f "$container" >/dev/null 2>&1' EXIT
for _ in $(seq 400); do
    podman logs "$container" 2>&1 | grep -q 'capturing on' && break
    sleep 0.2
done
sed -n 's/^\(CapEff\|NoNewPrivs\):[[:space:]]*/\1 /p' "/proc/$(podman inspect -f '{{.State.Pid}}' "$container")/status"
for path in /one /two; do ip netns exec "$namespace" curl -s -o /dev/null "http://127.0.0.1:8080$path"; done
podman --cgroup-manager=cgroupfs --runtime crun --events-backend=file wait "$container" >/dev/null
podman logs "$container" 2>&1
