#!/bin/bash
# Stands in the place of weir and tcpdump on a page's machine: runs the program, and what would go on until Ctrl-C is told to end once it works
# and some calls have passed. That it ended as asked is success.
case $(basename "$0") in
    weir) program=(dotnet "$WEIR_ASSEMBLY") ;;
    *) program=("/usr/bin/$(basename "$0")") ;;
esac
calls_so_far() { stat -c %s "$LAB/asked" 2>/dev/null || echo 0; }
before=$(calls_so_far)
said=$(mktemp "$LAB/said.XXXXXX")
"${program[@]}" "$@" <&0 2>"$said" &
pid=$!
asked=
SECONDS=0
while kill -0 $pid 2>/dev/null; do
    # Neither an end nor a word that it works: the page is told rather than waited for.
    if [ $SECONDS -ge 180 ] && [ -z "${WEIR_STAYS:-}" ]; then
        echo "$(basename "$0") neither ended nor worked" >>"$said"
        kill -KILL $pid
    fi
    if [ -z "$asked" ] && grep -qE '^weir: (capturing|watching|measuring) on|^weir: watching|shows the calls|^listening on|^tcpdump: listening on' "$said"; then
        asked=yes
        # The command of a page that asks another one is left alone: its end is in the page's hands.
        [ -n "${WEIR_STAYS:-}" ] || {
            curl -s -o "$LAB/answer" -H 'Host: orders' http://127.0.0.1:8080/users/1
            sleep 0.2
            kill -TERM $pid 2>/dev/null
        }
    fi
    # A replay without end says nothing meanwhile, but somebody is asked.
    if [ -z "$asked" ] && [[ " $* " == *" --loop "* ]] && [ "$(calls_so_far)" -gt "$before" ]; then
        asked=yes
        kill -TERM $pid
    fi
    sleep 0.1
done
wait $pid
code=$?
cat "$said" >&2
if [ -n "$asked" ] && [ $code = 130 ]; then code=0; fi
exit $code
