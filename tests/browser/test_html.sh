#!/bin/bash
# The pages of `replay --html` and `check --html` in a real browser: at 1280 and at 390 pixels nothing must be scrolled
# sideways, nothing is fetched from elsewhere, and the charts that stand open have a size. The page stands in a frame of
# that width, and a script of the frame's own page measures it. Skips, and says so, where there is no Chromium.
# Usage: test_html.sh KMEMLAB SOURCE_DIR [FOLDER for screenshots]
set -euo pipefail
kmemlab=$1 source_dir=$2 shots=${3:-}
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)
if [ -z "$chromium" ]; then
  echo "SKIPPED: no chromium"
  exit 77
fi
room=$(mktemp -d "${TMPDIR:-/tmp}/kmemlab-test-html.XXXXXX")
trap 'rm -rf "$room"' EXIT
browse() { # PIXELS HEIGHT OPTION... URL
  local width=$1 height=$2
  shift 2
  timeout 120 "$chromium" --headless --no-sandbox --disable-gpu --hide-scrollbars --allow-file-access-from-files \
    --user-data-dir="$room/profile" --window-size="$width,$height" "$@" 2>"$room/browser.log"
}

# Requests fail and sleep in this replay, and two runs of one core stand beside another.
"$kmemlab" replay "$source_dir/traces/samples/ext4tree.dat" -a bsd386:types=temp -a bsd386,osf1 -m i386 --arena 4M \
  --quiet --html "$room/page.html"
# A suite in which something got worse.
code=0
"$kmemlab" check "$source_dir/tests/suites/larger_pages.json" --quiet --html "$room/check.html" || code=$?
[ "$code" = 1 ] || { echo "FAILED: check of a suite with a regression ended with exit code $code"; exit 1; }

if ! browse 800 600 --dump-dom "file://$room/page.html" >"$room/dom.html" || ! [ -s "$room/dom.html" ]; then
  echo "SKIPPED: chromium does not run here: $(tail -n 1 "$room/browser.log")"
  exit 77
fi

failures=0
measure() { # PAGE WIDTH CHARTS
  local page=$1 width=$2 charts=$3 result expected
  cat >"$room/frame-$page-$width.html" <<END
<!DOCTYPE html><html><head><title>frame</title></head><body style="margin:0">
<iframe id="page" src="$page.html" width="$width" height="2400" style="border:0"></iframe>
<script>
document.getElementById("page").onload = function () {
  const d = this.contentDocument, w = this.contentWindow;
  const svgs = Array.from(d.querySelectorAll("svg.memory")).filter(s => !s.closest("details:not([open])"));
  const flat = svgs.filter(s => s.getBoundingClientRect().height < 100 || s.getBoundingClientRect().width < 300);
  const wide = Array.from(d.querySelectorAll("main *")).filter(e => !e.closest("svg") &&
    e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === "hidden" && e.className !== "chart");
  document.body.dataset.result = ["inner=" + w.innerWidth, "scroll=" + d.documentElement.scrollWidth,
    "charts=" + svgs.length, "flat=" + flat.length, "clipped=" + wide.length,
    "fetched=" + w.performance.getEntriesByType("resource").length].join(" ");
};
</script></body></html>
END
  browse 1400 2500 --dump-dom "file://$room/frame-$page-$width.html" >"$room/dom-$page-$width.html"
  result=$(sed -n 's/.*data-result="\([^"]*\)".*/\1/p' "$room/dom-$page-$width.html")
  expected="inner=$width scroll=$width charts=$charts flat=0 clipped=0 fetched=0"
  echo "$page, $width pixels: $result"
  if [ "$result" != "$expected" ]; then
    echo "FAILED: expected $expected"
    failures=1
  fi
  if [ -n "$shots" ]; then
    browse "$((width < 600 ? 600 : width))" 2400 --screenshot="$shots/$page-$width.png" "file://$room/frame-$page-$width.html"
  fi
}
for width in 1280 390; do
  measure page "$width" 3
  measure check "$width" 2  # the two runs that got worse
done
exit "$failures"
