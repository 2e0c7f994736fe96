#!/bin/sh
# backend.sh - a printer as a CUPS backend: anchang-test:/folder. What it does with a job stands in
# /folder/how: ok, empty (out of paper until that changes), abort (half of it, then given up), slow SECONDS,
# silent (takes it and prints nothing), late (prints, then says it failed), code STATUS (ends with that). A
# paper is /folder/NAME.pdf; each begin is a line of /folder/begun.
[ $# -ge 5 ] || exit 0 # asked what it is
folder=${DEVICE_URI#anchang-test:}
name=$(printf '%s' "$3" | tr -c 'A-Za-z0-9._-' '_')
how() { read -r how seconds <"$folder/how" 2>/dev/null || how=ok; }
paper() { cat "${6:-/dev/stdin}" >"$folder/.$name" && mv "$folder/.$name" "$folder/$name.pdf"; }
echo "$name" >>"$folder/begun"
how
if [ "$how" = empty ]; then
    echo 'STATE: +media-empty-error' >&2
    while [ "$how" = empty ]; do
        sleep 0.1
        how
    done
    echo 'STATE: -media-empty-error' >&2
fi
case $how in
abort)
    head -c 100 >"$folder/.$name"
    echo 'ERROR: the head is stuck' >&2
    exit 1
    ;;
slow)
    sleep "$seconds"
    paper "$@"
    ;;
code) exit "$seconds" ;;
silent) cat >/dev/null ;;
late)
    paper "$@"
    exit 1
    ;;
*) paper "$@" ;;
esac
