#!/bin/bash
# How much faster a trace.dat is imported than `trace-cmd report` prints it: whole processes, page cache warm, taken in
# turns in one run, so that a drifting machine drifts for both.
#   tests/bench/import_bench.sh KMEMLAB TRACE.dat...
#   example: tests/bench/import_bench.sh build/release/kmemlab traces/samples/ext4tree.dat
# Prints, for each recording, the medians of seven rounds in milliseconds and the median of the rounds' ratios, for
# `info` (reads and counts) and for `convert` (reads and writes a container).
set -euo pipefail
[[ $# -ge 2 ]] || { sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2; }
command -v trace-cmd >/dev/null || { echo "import_bench: no trace-cmd to compare with" >&2; exit 2; }
kmemlab=$1
shift
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# ms COMMAND...: its wall time.
ms() {
  local from to
  from=$(date +%s%N)
  "$@" >/dev/null 2>&1
  to=$(date +%s%N)
  echo $(((to - from) / 1000))
}
median() { sort -n | sed -n 4p; }

for trace in "$@"; do
  cat "$trace" >/dev/null
  : >"$out/report"; : >"$out/info"; : >"$out/convert"; : >"$out/info_ratio"; : >"$out/convert_ratio"
  for _ in 1 2 3 4 5 6 7; do
    report=$(ms trace-cmd report "$trace")
    info=$(ms "$kmemlab" info "$trace")
    convert=$(ms "$kmemlab" convert "$trace" "$out/x.kmt")
    echo "$report" >>"$out/report"; echo "$info" >>"$out/info"; echo "$convert" >>"$out/convert"
    echo $((report * 100 / info)) >>"$out/info_ratio"
    echo $((report * 100 / convert)) >>"$out/convert_ratio"
  done
  awk -v name="$(basename "$trace")" -v r="$(median <"$out/report")" -v i="$(median <"$out/info")" \
    -v c="$(median <"$out/convert")" -v ir="$(median <"$out/info_ratio")" -v cr="$(median <"$out/convert_ratio")" \
    'BEGIN { printf "%-14s trace-cmd report %6.0f ms; info %5.0f ms, %4.1f times as fast; convert %5.0f ms, %4.1f times\n",
             name, r / 1000, i / 1000, ir / 100, c / 1000, cr / 100 }'
done
