#!/bin/bash
# A machine of its own for the commands of one page: own network with lo and eth0, own /etc, /run and /var, names of the documentation's
# hosts. Run by DocumentedCommandTests within new namespaces of network, mounts and processes, whose end ends whatever is left.
# usage: machine.sh FOLDER SCRIPT; FOLDER has etc/, home/ and work/, in which SCRIPT is run.
set -eu
folder=$1
script=$2

ip link set lo up
ip link add eth0 type veth peer name wire
ip addr add 198.18.0.5/24 dev eth0
ip link set eth0 up
ip link set wire up

cp -a /etc/. "$folder/etc/"
mkdir -p "$folder/etc/weir" "$folder/etc/weir-admin"
cp -a "$folder/etc-weir/." "$folder/etc/weir/"
cp "$folder/etc-weir/token" "$folder/etc/weir-admin/password"
echo "127.0.0.1 localhost orders staging collector usage.example weir.example host clickhouse influxdb trivy receiver.example" >"$folder/etc/hosts"
echo "127.0.0.1 center center-0.weir center-1.weir alertmanager" >>"$folder/etc/hosts"
mount --bind "$folder/etc" /etc
for place in /var/lib /var/cache /var/backups /run; do mount -t tmpfs tmpfs "$place"; done
mkdir -p /var/lib/weir /var/cache/trivy /run/secrets
cp -a "$folder/secrets/." /run/secrets/
[ ! -d "$folder/store" ] || cp -a "$folder/store/." /var/lib/weir/
if [ -d "$folder/store" ]; then
    mkdir -p "$folder/home/.local/share"
    cp -a "$folder/store" "$folder/home/.local/share/weir"
fi

export HOME=$folder/home LAB=$folder PATH="$folder/bin:/usr/sbin:/usr/bin:/sbin:/bin:$PATH"
export SSL_CERT_FILE=$folder/etc-weir/tls/ca.pem CURL_CA_BUNDLE=$folder/etc-weir/tls/ca.pem
echo fail-with-body >"$HOME/.curlrc"
cd "$folder/work"
python3 "$(dirname "$0")/world.py" "$folder" </dev/null >"$folder/world.log" 2>&1 &
until [ -e "$folder/world.ready" ]; do
    kill -0 $! || { cat "$folder/world.log" >&2; exit 1; }
    sleep 0.05
done
exec bash "$script" </dev/null
