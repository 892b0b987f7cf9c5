#!/bin/sh
# A cluster with Weir, Prometheus and Grafana on this machine: needs docker, kind, kubectl, helm, and the registries of their images.
# With TETRAGON=1 it has Tetragon too. Run again after a change: what is there is brought up to date.
set -eu
cd -- "$(dirname -- "$0")/../.."

for program in docker kind kubectl helm; do
    command -v "$program" >/dev/null 2>&1 || { echo "up.sh: $program is missing" >&2; exit 1; }
done

kind get clusters 2>/dev/null | grep -qx weir || kind create cluster --config deploy/kind/kind.yaml
docker build -t weir:kind -f deploy/compose/Dockerfile .
kind load docker-image weir:kind --name weir

kubectl config use-context kind-weir
helm upgrade --install monitoring kube-prometheus-stack --repo https://prometheus-community.github.io/helm-charts \
    --namespace monitoring --create-namespace --values deploy/kind/kube-prometheus-stack.yaml --wait --timeout 10m
if [ "${TETRAGON:-}" = 1 ]; then
    helm upgrade --install tetragon tetragon --repo https://helm.cilium.io --namespace kube-system --values deploy/kind/tetragon.yaml --wait --timeout 5m
fi
kubectl create namespace weir --dry-run=client -o yaml | kubectl apply -f -
kubectl label namespace weir --overwrite pod-security.kubernetes.io/enforce=privileged
helm upgrade --install weir deploy/helm/weir --namespace weir --values deploy/kind/values.yaml --wait --timeout 5m

cat <<'TEXT'
Weir runs on every node.
  kubectl -n weir port-forward daemonset/weir-probe 7373:7373                        calls of one node: http://127.0.0.1:7373
  kubectl -n weir logs daemonset/weir-probe | grep 'password'                        how to log in there, of the first start
  kubectl -n monitoring port-forward service/monitoring-grafana 3000:80              dashboards: http://127.0.0.1:3000
  kind delete cluster --name weir                                                    ends it
TEXT
