#!/bin/bash
# The real window, on a display of its own (Xvfb): real key presses and clicks move the cursor, which the window's title
# names; Ctrl+Q ends it with exit code 0; what it showed last is kept as a picture, larger than that of an empty window.
# Skips, and says so, where there is no xvfb-run or xdotool. Usage: window_smoke.sh KMEMLAB_VIEW SOURCE_DIR FOLDER
set -euo pipefail
view=$1 source_dir=$2 out=$3
for tool in xvfb-run xdotool; do
  if ! command -v "$tool" >/dev/null; then
    echo "SKIPPED: window: no $tool"
    exit 77
  fi
done
mkdir -p "$out"
if [ -z "${KMEMLAB_INSIDE_XVFB:-}" ]; then
  export KMEMLAB_INSIDE_XVFB=1 LIBGL_ALWAYS_SOFTWARE=1
  exec timeout 300 xvfb-run -a -s "-screen 0 1440x900x24" bash "$0" "$@"
fi

rm -f "$out"/window.png "$out"/screen.png
"$view" "$source_dir/traces/samples/ext4tree.dat" -a bsd386 --size 1440x900 --title-state \
  --picture-at-end "$out/window.png" >"$out/view.log" 2>&1 &
program=$!
trap 'kill "$program" 2>/dev/null || true' EXIT

fail() {
  echo "FAILED: $1; the title is '$(title)'"
  command -v import >/dev/null && import -window root "$out/screen.png" 2>/dev/null
  cat "$out/view.log"
  exit 1
}
window=
title() { [ -n "$window" ] && xdotool getwindowname "$window" 2>/dev/null || true; }

# wait_for WHAT PATTERN: until the title matches, for a minute.
wait_for() {
  for _ in $(seq 300); do
    kill -0 "$program" 2>/dev/null || fail "the program ended before: $1"
    [ -n "$window" ] || window=$(xdotool search --onlyvisible --name kmemlab 2>/dev/null | head -n 1 || true)
    if [[ $(title) =~ $2 ]]; then
      echo "ok: $1 ($(title))"
      return 0
    fi
    sleep 0.2
  done
  fail "not in a minute: $1 (expected $2)"
}
# A moment first: the title may be a frame ahead of what ImGui knows (is a text field still being typed into?).
key() { sleep 0.5 && xdotool key --clearmodifiers "$1"; }
click() { xdotool mousemove --sync --window "$window" "$1" "$2" sleep 0.3 mousedown 1 sleep 0.2 mouseup 1; }

wait_for "the trace is shown and prepared" "event 1 step 0 idle"
xdotool windowfocus --sync "$window" || true
key Right
wait_for "Right: the next event" "event 2 step 0 idle"
key shift+Right
wait_for "Shift+Right: a step inside of it" "event 2 step 1 idle"
key End
wait_for "End: the last event" "event [0-9]{4,} step 0 idle"
click 20 20
wait_for "a click on |<: the first event" "event 0 step 0 idle"
key ctrl+g
sleep 1
xdotool type --delay 60 1234
# Held for a moment, as fingers do: ImGui 1.86 looks at keys once a frame.
xdotool keydown Return sleep 0.4 keyup Return
wait_for "Ctrl+G and 1234: that event" "event 1234 step 0 idle"
key r
wait_for "R: the next page return" "event (123[5-9]|12[4-9][0-9]|1[3-9][0-9]{2}|[2-9][0-9]{3,}) step 0 idle"
command -v import >/dev/null && import -window root "$out/screen.png" || true
key ctrl+q
code=0
wait "$program" || code=$?
trap - EXIT
[ "$code" = 0 ] || { echo "FAILED: exit code $code"; cat "$out/view.log"; exit 1; }
[ -s "$out/window.png" ] || { echo "FAILED: no picture of the window"; exit 1; }
bytes=$(stat -c %s "$out/window.png")
[ "$bytes" -gt 10000 ] || { echo "FAILED: the window's picture has only $bytes bytes: nothing was drawn"; exit 1; }
echo "the window: keys and clicks arrive; $out/window.png"
