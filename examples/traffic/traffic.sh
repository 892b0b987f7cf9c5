#!/bin/sh
# The same kind of traffic with nothing but curl, for hosts without .NET:
#   examples/traffic/traffic.sh http://localhost:7391 http://localhost:7392 [ROUNDS] [SECONDS_BETWEEN_ROUNDS]
set -eu
api=${1:?usage: traffic.sh EXAMPLE_API_URL ORDER_SERVICE_URL [ROUNDS] [SECONDS_BETWEEN_ROUNDS]}
orders=${2:?usage: traffic.sh EXAMPLE_API_URL ORDER_SERVICE_URL [ROUNDS] [SECONDS_BETWEEN_ROUNDS]}
rounds=${3:-1}
pause=${4:-1}

# call METHOD URL [JSON]: prints one line with the status; an error status is part of the traffic, no answer at all is not.
call() {
    method=$1 url=$2
    shift 2
    [ "$method" != HEAD ] || set -- --head
    case ${1:-} in
        '' | --head) ;;
        *) set -- --header 'Content-Type: application/json' --data "$1" ;;
    esac
    if status=$(curl --silent --show-error --compressed --max-time 10 --output /dev/null --write-out '%{http_code}' \
        --request "$method" "$@" "$url"); then
        printf '%s %-6s %s\n' "$status" "$method" "$url"
    else
        printf '--- %-6s %s\n' "$method" "$url"
    fi
}

round=1
while [ "$round" -le "$rounds" ]; do
    call GET "$api/"
    call GET "$api/api/v1/users?page=1&pageSize=10"
    call GET "$api/api/v1/users/$((round % 24 + 1))"
    call GET "$api/api/v1/users/$((round % 24 + 1))/orders"
    call POST "$api/api/v1/users" "{\"name\":\"Shell $round\",\"email\":\"shell$$.$round@example.com\"}"
    call PATCH "$api/api/v1/users/$((round % 24 + 1))" '{"phone":"+47 22 00 00 00"}'
    call DELETE "$api/api/v1/users/$((round + 24))"
    call GET "$api/api/v1/products?category=kitchen"
    call GET "$api/api/v1/products/$((round % 40 + 1))"
    call GET "$api/api/v1/search?q=lamp"
    call GET "$api/api/v1/orders/$((round % 60 + 1))"
    call GET "$api/api/v1/inventory/summary"
    call GET "$orders/api/v2/orders?page=2"
    call POST "$orders/api/v2/orders" "{\"userId\":3,\"lines\":[{\"productId\":$((round % 40 + 1)),\"quantity\":2}]}"
    call PUT "$orders/api/v2/orders/1" '{"status":"shipped"}'
    call GET "$orders/api/v2/orders/$((round % 60 + 1))/user-details"
    call GET "$orders/api/v2/orders/$((round % 60 + 1))/product-info"
    call GET "$orders/api/v2/reports/sales"
    call HEAD "$orders/api/v2/orders/1"
    call GET "$api/api/v1/users/9999"
    call POST "$api/api/v1/users" '{"name":""}'
    call POST "$orders/api/v2/orders" '{"userId":'
    round=$((round + 1))
    [ "$round" -gt "$rounds" ] || sleep "$pause"
done
