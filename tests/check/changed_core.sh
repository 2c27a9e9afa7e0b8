# Sourced by tests that change one line of a core in a copy and want the program with it. Expects $source (the tree),
# $compiler and the array link: the objects and libraries of this build.

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# changed AT CORE FILE FROM TO UNIT: at AT/kmemlab this build's program with that one line of core/CORE/FILE changed;
# UNIT.cpp is the source that has the core in it, compiled anew.
changed() {
  local at=$1 core=$2 file=$3 from=$4 to=$5 unit=$6
  mkdir -p "$at/core"
  cp -R "$source/core/$core" "$at/core/"
  [ "$(grep -cF -- "$from" "$at/core/$core/$file")" = 1 ] || fail "core/$core/$file no longer has one line '$from'"
  FROM=$from TO=$to awk '{ i = index($0, ENVIRON["FROM"]); n = length(ENVIRON["FROM"])
    if (i) print substr($0, 1, i - 1) ENVIRON["TO"] substr($0, i + n); else print }' \
    "$at/core/$core/$file" >"$at/changed.h"
  mv "$at/changed.h" "$at/core/$core/$file"
  "$compiler" -std=c++20 -O1 -w -I"$at" -I"$source" -c "$source/$unit.cpp" -o "$at/unit.o"
  # What the object defines may also lie in a library's object together with other things: the first one counts.
  "$compiler" "$at/unit.o" -Wl,--allow-multiple-definition -Wl,--start-group "${link[@]}" -Wl,--end-group \
    -o "$at/kmemlab"
}
