#include "sim/cli/html/page.h"

namespace kmemlab::cli {

const char* html_style() {
  return R"(
:root{color-scheme:light}
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:72rem;background:#fff;color:#000;font:16px/1.45 system-ui,sans-serif}
h1,h2,h3{line-height:1.2;margin:1.6em 0 .4em;overflow-wrap:anywhere}
h1{margin-top:.2em;font-size:1.7rem}
h2{border-bottom:2px solid #000;padding-bottom:.15em;font-size:1.35rem}
p,li,dd,caption{overflow-wrap:anywhere}
p,ul{margin:.4em 0}
ul{padding-left:1.3em}
.quality{border:2px solid #000;padding:.5em .8em;margin:1em 0}
.quality h2{border:0;margin:0;font-size:1.1rem}
table{border-collapse:collapse;width:100%;margin:1.2em 0 .2em;font-variant-numeric:tabular-nums;font-size:.92rem}
caption{text-align:left;font-weight:bold;padding:.2em 0}
th,td{padding:.2em .5em;text-align:right;vertical-align:top;border-bottom:1px solid #bbb}
thead th{border-bottom:1px solid #000;font-weight:600;white-space:nowrap}
th:first-child{text-align:left;padding-left:0}
tbody th{min-width:6.5em;font-weight:500;overflow-wrap:anywhere}
abbr{text-decoration:underline dotted;text-underline-offset:.15em}
.legend,.note{color:#333;font-size:.82rem;margin:.1em 0 .6em}
.chart{margin:.6em 0;padding:0 .6em;overflow:hidden}
.chart svg{display:block;width:100%;border:1px solid #000;overflow:visible}
svg.memory{height:15rem}
svg.asleep{height:4rem}
.chart svg.returns{height:1.4rem;border:0}
.top{font-size:.8rem}
.axis{position:relative;height:1.5em;font-size:.8rem;border-top:1px solid #000;padding-top:.15em}
.axis span{position:absolute;transform:translateX(-50%);white-space:nowrap}
.axis span:first-child{transform:none}
.axis span:last-child{transform:translateX(-100%)}
.letter{position:relative;height:1.15rem;font-size:.85rem;font-weight:bold}
.letter span{position:absolute;transform:translateX(-50%)}
path{fill:none;vector-effect:non-scaling-stroke}
path.granted{fill:#c8c8c8}
path.requested{fill:#6a6a6a}
path.held{stroke:#000;stroke-width:1.5px}
path.mark{stroke:#000;stroke-width:1px;stroke-dasharray:2 3}
path.tick{stroke:#000;stroke-width:1px}
.key,.marks{list-style:none;padding:0;font-size:.9rem}
.swatch{width:2.2em;height:1em;vertical-align:-.15em;border:1px solid #999}
.chart svg.strip{height:2.2rem;margin-bottom:.4rem}
.findings li{margin-bottom:.5em;font-variant-numeric:tabular-nums}
.why{color:#333;font-size:.9rem}
summary{cursor:pointer;font-weight:bold;font-size:1.1rem;padding:.4em 0}
details>section>h2{font-size:1.1rem}
pre{border:1px solid #999;padding:.5em .7em;overflow-x:auto;font-size:.82rem;white-space:pre-wrap}
footer{margin-top:3em;border-top:1px solid #000;font-size:.85rem}
@media screen and (max-width:44rem){
body{padding:.7rem;font-size:15px}
svg.memory{height:11rem}
table,caption,tbody,tr,tbody th,td{display:block;width:100%}
thead{display:none}
tr{border:1px solid #000;margin:0 0 .5em;padding:.25em .5em;display:grid;grid-template-columns:1fr 1fr;column-gap:1em}
tbody th{grid-column:1/-1;border:0;font-weight:bold;padding:0;text-align:left}
td{display:flex;flex-wrap:wrap;justify-content:flex-end;gap:0 .5em;padding:0;border:0;min-width:0;
overflow-wrap:anywhere}
td::before{content:attr(data-n);margin-right:auto;color:#333;font-size:.82rem}
}
@media print{
body{max-width:none;padding:0;font-size:10pt}
table,.chart,.quality{break-inside:avoid}
h2,h3,caption{break-after:avoid}
}
)";
}

}  // namespace kmemlab::cli
