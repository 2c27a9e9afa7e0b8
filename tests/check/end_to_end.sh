#!/usr/bin/env bash
# One constant of a core is changed in a copy, and the laboratory has to find it: check by the changed program names the
# metric, shrink cuts a recorded trace of more than 100,000 events down to at most 60 that still show it, and the
# relation holds when both programs replay what is left. Twice:
#   386BSD   high-water mark 5 -> 6 pages
#   AIX      page runs first fit -> next fit (the search goes on at the end instead of beginning at the start)
# The changed programs are this build with one object compiled anew.
#
#   end_to_end.sh KMEMLAB SOURCE COMPILER OBJECTS_AND_LIBRARIES...
# Exit code 77: there are no recordings (../shared/data/recorded, or where KMEMLAB_SHARED says).
set -euo pipefail

original=$1 source=$2 compiler=$3
shift 3
link=("$@")
recorded=${KMEMLAB_SHARED:-$source/../shared}/data/recorded
if [ ! -r "$recorded/netloop.dat" ] || [ ! -r "$recorded/boot.ftrace.txt.gz" ]; then
  echo "SKIPPED: no recordings in $recorded"
  exit 77
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

. "$source/tests/check/changed_core.sh"

# value FILE METRIC: of a report's only run; METRIC as in pages.returned.
value() {
  awk -v path="$2" 'BEGIN { n = split(path, word, "."); at = 1 }
    index($0, "\"runs\"") { runs = 1 }
    runs && index($0, "\"" word[at] "\":") { if (at == n) { gsub(/[^0-9]/, "", $2); print $2; exit } at++ }' "$1"
}

# caught CORE METRIC: check by the changed program finds a regression and names the metric.
caught() {
  local code=0
  "$scratch/$1/kmemlab" check "$source/tests/suites/shipped.json" >"$scratch/$1/check.txt" || code=$?
  [ "$code" = 1 ] || fail "check by the changed $1 ended with exit code $code"
  grep -q "^REGRESSED .* $1.* $2\$" "$scratch/$1/check.txt" || fail "check by the changed $1 does not name $2"
  grep "^REGRESSED" "$scratch/$1/check.txt" | head -n 3
}

# shrunk CORE TRACE METRIC SIGN: at most 60 events are left of TRACE on which the changed program's METRIC stands in
# SIGN (< or >) to the original's, by shrink's word and by replays of both.
shrunk() {
  local core=$1 trace=$2 metric=$3 sign=$4 at=$scratch/$1
  "$at/kmemlab" shrink "$trace" -a "$core" --against "$original" --keep "a.$metric $sign b.$metric" \
    -o "$at/small.kmt" -o "$at/small.json" >"$at/shrink.txt" || fail "shrink on $core: exit code $?"
  cat "$at/shrink.txt"
  local before after
  before=$(awk 'NR == 1 { gsub(",", ""); print $2 }' "$at/shrink.txt")
  after=$(awk '$1 == "shrunk" { gsub(",", ""); print $2 }' "$at/shrink.txt")
  [ "$before" -ge 100000 ] || fail "$trace has only $before events"
  [ "$after" -le 60 ] || fail "$after events are left of $trace"
  grep -q "1-minimal" "$at/shrink.txt" || fail "shrink on $core did not come to its end"
  "$at/kmemlab" replay "$at/small.kmt" -a "$core" --quiet --json "$at/a.json"
  "$original" replay "$at/small.kmt" -a "$core" --quiet --json "$at/b.json"
  local a b
  a=$(value "$at/a.json" "$metric") b=$(value "$at/b.json" "$metric")
  [ -n "$a" ] && [ -n "$b" ] || fail "no $metric in a report"
  [ "$a" "$([ "$sign" = "<" ] && echo -lt || echo -gt)" "$b" ] || fail "$metric is $a and $b on the shrunk trace"
}

# explained CORE TRACE STEP: the first event at which the decisions of the two programs part is named, and one of the
# two sides did STEP there.
explained() {
  local at=$scratch/$1
  "$at/kmemlab" explain "$2" -a "$1" --against "$original" >"$at/explain.txt" || fail "explain on $1: exit code $?"
  grep -A 3 "^first parting: event [0-9]" "$at/explain.txt" >"$at/parting.txt" || fail "explain on $1 names no event"
  cat "$at/parting.txt"
  grep -Eq "^  [AB]: .*$3" "$at/parting.txt" || fail "explain on $1 does not name $3"
  grep -q "^  waste by reason" "$at/explain.txt" || fail "explain on $1 names no owners"
}

changed "$scratch/bsd386" bsd386 machine.h \
  "config.highwater_pages * kb.kb_elmpercl" "(config.highwater_pages + 1) * kb.kb_elmpercl" sim/replay/bsd386_run
caught bsd386 digest
shrunk bsd386 "$recorded/boot.ftrace.txt.gz" pages.returned "<"
explained bsd386 "$recorded/boot.ftrace.txt.gz" page_returned

changed "$scratch/aix" aix page_table.h \
  "if (found != no_page) return found;" "if (found != no_page && n > g_.numpages - tail) return found;" sim/replay/aix_run
caught aix digest
shrunk aix "$recorded/netloop.dat" at_peak.metadata ">"
explained aix "$recorded/netloop.dat" pages_obtained
echo "both changes were caught"
