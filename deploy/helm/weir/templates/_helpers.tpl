{{- define "weir.name" -}}
{{- .Values.nameOverride | default .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "weir.selector" -}}
app.kubernetes.io/name: weir
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "weir.labels" -}}
{{ include "weir.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end -}}

{{- define "weir.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{/* Not empty where bytes have to be counted in the kernel, by a program on a packet socket, whatever the source is. */}}
{{- define "weir.countsInKernel" -}}
{{- if and (eq .Values.probe.accounting "kernel") (ne .Values.mode "deliver") -}}true{{- end -}}
{{- end -}}

{{/* What the kernel asks for, and no more: packet sockets; eBPF programs; uprobes and other processes' memory maps. */}}
{{- define "weir.capabilities" -}}
{{- $capabilities := list -}}
{{- if or (contains "ring" .Values.probe.source) (include "weir.countsInKernel" .) -}}{{- $capabilities = append $capabilities "NET_RAW" -}}{{- end -}}
{{- if or (contains "ebpf" .Values.probe.source) (include "weir.countsInKernel" .) -}}{{- $capabilities = append $capabilities "BPF" -}}{{- end -}}
{{- if contains "ebpf" .Values.probe.source -}}{{- $capabilities = append $capabilities "PERFMON" -}}{{- end -}}
{{- if and .Values.probe.tls (contains "ebpf" .Values.probe.source) -}}{{- $capabilities = concat $capabilities (list "SYS_ADMIN" "SYS_PTRACE") -}}{{- end -}}
{{- toJson $capabilities -}}
{{- end -}}

{{/* What weir smells finds on purpose here, each with its reason. */}}
{{- define "weir.probeIgnored" -}}
SEC-003=capabilities of a container are effective for root alone
SEC-008=the interfaces to watch are those of the node
SEC-014=packet sockets are what it captures with
VOL-003=what is kept belongs to the node
VOL-004=a folder of its own, for calls or for what waits to be delivered
RES-002=a limit would drop packets exactly when there are many
{{- if contains "ebpf" .Values.probe.source }}
SEC-009=names and containers of processes are those of the node
SEC-012=eBPF programs are what it captures with
VOL-002=read only, for the list of tracepoints
{{- else if include "weir.countsInKernel" . }}
SEC-012=an eBPF program counts the bytes of all traffic
{{- end }}
{{- if and (eq .Values.probe.seccompProfile "Unconfined") (or (contains "ebpf" .Values.probe.source) (include "weir.countsInKernel" .)) }}
SEC-016=profiles of older runtimes forbid bpf(2)
{{- end }}
{{- end -}}

{{/* probe.yaml: what the values say, and over it probe.config. */}}
{{- define "weir.probeConfig" -}}
{{- $capture := dict "source" .Values.probe.source -}}
{{- if and (contains "ebpf" .Values.probe.source) (not .Values.probe.tls) -}}{{- $_ := set $capture "noTls" true -}}{{- end -}}
{{- with .Values.probe.ports -}}{{- $_ := set $capture "port" . -}}{{- end -}}
{{- with .Values.probe.interfaces -}}{{- $_ := set $capture "interface" . -}}{{- end -}}
{{- $center := printf "%s-center.%s.svc:%v" (include "weir.name" .) .Release.Namespace .Values.center.ingestPort -}}
{{- $centers := list -}}
{{- if .Values.center.clickhouse.url -}}
{{- range until (int .Values.center.replicas) -}}{{- $centers = append $centers (printf "%s-center-%d.%s" (include "weir.name" $) . $center) -}}{{- end -}}
{{- else -}}
{{- $centers = list $center -}}
{{- end -}}
{{- $config := dict "centers" $centers "tokenFile" "/etc/weir-token/token" "spool" (dict "directory" "/var/lib/weir") "capture" $capture -}}
{{- if .Values.transport.tlsSecret -}}{{- $_ := set $config "tls" (dict "authority" "/etc/weir-tls/ca.crt") -}}{{- end -}}
{{- if ne .Values.probe.accounting "auto" -}}{{- $_ := set $config "accounting" (dict "plane" .Values.probe.accounting) -}}{{- end -}}
{{- toYaml (mergeOverwrite $config (deepCopy .Values.probe.config)) -}}
{{- end -}}

{{/* center.yaml, likewise. The page stays on loopback of the pod, behind a login: kubectl port-forward encrypts, and center.config.listen opens it. */}}
{{- define "weir.centerConfig" -}}
{{- $probes := dict "listen" (printf "0.0.0.0:%v" .Values.center.ingestPort) "tokenFile" "/etc/weir-token/token" -}}
{{- if .Values.transport.tlsSecret -}}{{- $_ := set $probes "tls" (dict "certificate" "/etc/weir-tls/tls.crt" "key" "/etc/weir-tls/tls.key") -}}{{- end -}}
{{- $config := dict "listen" "127.0.0.1:7373" "data" "/var/lib/weir" "maxSize" .Values.center.maxSize "maxAge" .Values.center.maxAge "probes" $probes -}}
{{- with .Values.center.clickhouse -}}{{- if .url -}}
{{- $store := dict "url" .url -}}
{{- if .user -}}{{- $_ := set $store "user" .user -}}{{- end -}}
{{- if .passwordSecret -}}{{- $_ := set $store "passwordFile" "/etc/weir-store/password" -}}{{- end -}}
{{- if .cluster -}}{{- $_ := set $store "cluster" .cluster -}}{{- end -}}
{{- $_ := set $config "store" $store -}}
{{- end -}}{{- end -}}
{{- if include "weir.centerAsks" . -}}{{- $_ := set $config "cluster" (dict "enabled" true) -}}{{- end -}}
{{- toYaml (mergeOverwrite $config (deepCopy .Values.center.config)) -}}
{{- end -}}

{{/* Not empty where the center may do something in the cluster. */}}
{{- define "weir.centerAsks" -}}
{{- with .Values.rbac.center -}}{{- if or .read .policies .rateLimits -}}true{{- end -}}{{- end -}}
{{- end -}}

{{/* The command line of a node, by mode. */}}
{{- define "weir.probeArgs" -}}
{{- $args := list -}}
{{- if eq .Values.mode "split" -}}
{{- $args = list "probe" "-c" "/etc/weir/probe.yaml" -}}
{{- if .Values.metrics.enabled -}}{{- $args = concat $args (list "--metrics" (printf "%s:%v" .Values.metrics.address .Values.metrics.port)) -}}{{- end -}}
{{- else -}}
{{- if eq .Values.mode "node" -}}
{{- $args = list "up" "--listen" "127.0.0.1:7373" "--data" "/var/lib/weir" "--max-size" .Values.probe.maxSize "--max-age" .Values.probe.maxAge -}}
{{- if ne .Values.probe.accounting "auto" -}}{{- $args = concat $args (list "--accounting-plane" .Values.probe.accounting) -}}{{- end -}}
{{- else -}}
{{- $args = list "sniff" -}}
{{- end -}}
{{- $args = concat $args (list "--source" .Values.probe.source) -}}
{{- if and (contains "ebpf" .Values.probe.source) (not .Values.probe.tls) -}}{{- $args = append $args "--no-tls" -}}{{- end -}}
{{- with .Values.probe.ports -}}{{- $args = concat $args (list "--port" .) -}}{{- end -}}
{{- with .Values.probe.interfaces -}}{{- $args = concat $args (list "--interface" .) -}}{{- end -}}
{{- if .Values.metrics.enabled -}}{{- $args = concat $args (list "--metrics" (printf "%s:%v" .Values.metrics.address .Values.metrics.port)) -}}{{- end -}}
{{- end -}}
{{- toJson (concat $args .Values.probe.extraArgs) -}}
{{- end -}}
