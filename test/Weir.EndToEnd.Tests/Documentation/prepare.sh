#!/bin/bash
# Makes the files that the documentation's commands name, as its reader would have them: captures of real calls, what other commands
# made of them, a store. Run once, on a machine of its own (machine.sh).
set -eu
calls() {
    for user in 1 2 3 4; do curl -s -o /dev/null -H 'Host: orders' "http://127.0.0.1:8080/users/$user"; done
    curl -s -o /dev/null -H 'Host: orders' -H 'Content-Type: application/json' -d '{"total": 12.5}' http://127.0.0.1:8080/orders
}

until_said() {
    until grep -q "$1" "$2"; do
        kill -0 "$3" || { cat "$2" >&2; exit 1; }
        sleep 0.05
    done
}

weir=(dotnet "$WEIR_ASSEMBLY")
echo "127.0.0.1:8080 shop/orders" >names.txt
"${weir[@]}" sniff -i lo -p 8080 --names names.txt -n 5 -o pcap:traffic.pcap -o gor:calls.gor -o jsonl:calls.jsonl -o har:calls.har 2>said &
sniff=$!
"${weir[@]}" up -i lo -p 8080 --names names.txt --data "$LAB/store" --keep-packets "$LAB/store/packets" 2>said-up &
up=$!
until_said 'capturing on' said $sniff
until_said 'shows the calls' said-up $up
calls
wait $sniff
token=$(curl -s -d username=admin --data-urlencode "password=$WEIR_ADMIN_PASSWORD" http://127.0.0.1:7373/api/login | jq -r .access_token)
until [ "$(curl -s -H "Authorization: Bearer $token" 'http://127.0.0.1:7373/api/v1/exchanges?limit=10' | jq '.items | length')" = 5 ]; do sleep 0.1; done
kill -TERM $up
wait $up || [ $? = 130 ]

for name in capture node attack check; do cp traffic.pcap $name.pcap; done
cp traffic.pcap traffic.pcapng
cp calls.jsonl endpoints.json
"${weir[@]}" flows -r traffic.pcap -o flows.csv
"${weir[@]}" openapi -r traffic.pcap --service orders -o orders.yaml
"${weir[@]}" backup "$LAB/backup/" --data "$LAB/store"
mv "$LAB"/backup/weir-* "$LAB/backup/weir-20261121T174500Z"
"${weir[@]}" backup "$LAB/calls.db" --data "$LAB/store"
# Labelled flows, some of either kind: an attack is a burst of small ones.
python3 - <<'PY'
import csv, gzip, random
random.seed(1)
rows = list(csv.reader(open("flows.csv")))
header, sample = rows[0], rows[1]
label = header.index("Label") if "Label" in header else len(header)
def table(name, opener):
    with opener(name, "wt", newline="") as file:
        out = csv.writer(file)
        out.writerow(header if "Label" in header else header + ["Label"])
        for i in range(240):
            row = list(sample) + ([""] if len(sample) <= label else [])
            bad = i // 12 % 2
            row[header.index("Timestamp")] = f"{1 + i // 60:02d}/07/2025 {10 + i // 60 % 4:02d}:{i % 60:02d}:{i % 60:02d}"
            row[header.index("Flow Duration")] = str(random.randint(10, 50) if bad else random.randint(100000, 900000))
            row[label] = "DoS" if bad else "BENIGN"
            out.writerow(row)
table("monday.csv", open)
table("quiet.csv", open)
table("attack.csv", open)
table("tuesday.csv.gz", gzip.open)
PY
cp models.onnx mine.onnx 2>/dev/null || cp "$WEIR_MODEL" mine.onnx
cp "$WEIR_MODEL" clstm.onnx
echo '[["request_method","GET"],["request_url","http://orders/users/1"],["response_code","200"]]' >messages.ndjson
echo '[{"kind":"parse","rules":"sample 5","java":{"verb":"sample","scope":null,"param1":"5","param2":null}}]' >vectors.json
echo '{"centers": ["center:7374"]}' >probe.yaml
cp probe.yaml probe-config.yaml
printf 'listen: 127.0.0.1:7373\n' >center.yaml
cp center.yaml center-config.yaml
printf '%s' "$WEIR_ADMIN_PASSWORD" >password.txt
cp "$LAB/etc-weir/token" token
mkdir -p charts
