// The console's one stylesheet. Its path contains a hash of its content, so that browsers may keep it for ever.

export const STYLE = `
:root{color-scheme:light dark;--bg:#f6f7f7;--card:#fff;--ink:#1a2325;--faint:#55636a;--line:#d5dcdd;--link:#0b5c56;--main:#0b5c56;--onmain:#fff;
--good:#0f6b3a;--goodbg:#e1f3e8;--bad:#a3211b;--badbg:#fdeae8;--warn:#7a4b00;--warnbg:#fdf1d8;--cool:#24518c;--coolbg:#e4eefb;--off:#4d585c;--offbg:#e8ebec;
--received:#3e79c4;--delivered:#1f8a55;--failed:#cf4038}
@media(prefers-color-scheme:dark){:root{--bg:#111617;--card:#1a2123;--ink:#e6eceb;--faint:#a3b0b2;--line:#36433f;--line:#364145;--link:#6fd3c7;--main:#7fdccf;--onmain:#08211e;
--good:#7fdba5;--goodbg:#123322;--bad:#ff9b92;--badbg:#431b18;--warn:#f3c568;--warnbg:#3a2b0c;--cool:#9ec5fb;--coolbg:#182d49;--off:#b9c3c6;--offbg:#2b3437;
--received:#6ea5ea;--delivered:#4cc487;--failed:#f2776e}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI","Apple SD Gothic Neo","Malgun Gothic","Noto Sans KR","Noto Sans CJK KR",sans-serif;word-break:keep-all;overflow-wrap:anywhere}
h1{font-size:1.4rem;line-height:1.25;margin:0 0 1rem}h2{font-size:1.05rem;margin:0 0 .6rem}h3{font-size:.95rem;margin:0 0 .3rem}
p{margin:0 0 .6rem}a{color:var(--link);text-underline-offset:.15em}
code,pre,bdi code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Noto Sans Mono CJK KR",monospace;font-size:.86em}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:3px}main:focus{outline:none}
.skip{position:absolute;left:-99rem}.skip:focus{left:.5rem;top:.5rem;background:var(--card);padding:.5rem 1rem;z-index:1}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.faint,small{color:var(--faint)}small{font-size:.82rem}.faint{font-size:.9em}
header{background:var(--card);border-bottom:1px solid var(--line)}
.bar,header nav,main{max-width:72rem;margin:0 auto;padding:0 1rem}
.bar{display:flex;align-items:center;gap:.75rem;min-height:3rem}
.brand,.right{white-space:nowrap}.brand{font-weight:650;color:inherit;text-decoration:none}.right{margin-left:auto;display:flex;gap:1rem;align-items:center;font-size:.92rem}
header nav{display:flex;flex-wrap:wrap;gap:0 .25rem;padding:0 .5rem}
header nav a{padding:.5rem .55rem;color:var(--faint);text-decoration:none;white-space:nowrap;border-bottom:3px solid transparent}
header nav a:hover{color:var(--ink)}header nav a[aria-current]{color:var(--ink);border-color:var(--main);font-weight:600}
header nav a:focus-visible{outline-offset:-3px}
main{padding-top:1.25rem;padding-bottom:3rem}
section,form.test,form.sign-in,form.compare{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:1rem;margin:0 0 1rem}
form.sign-in{max-width:26rem}.compare.over{outline:3px dashed var(--link);outline-offset:2px}.compare textarea{margin-bottom:.25rem;font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.86em}.choices,.choices label{display:flex;flex-wrap:wrap;gap:.1rem 1.2rem;align-items:baseline}.choices label{gap:.4rem;padding:0}.choices legend{float:left;margin:0 1.2rem 0 0}.compare .more{margin:.6rem 0 1rem}.ask-all{margin:0 0 .6rem}.ask-all .fields:empty{display:none}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:0 1rem;align-items:start}
section .columns{gap:1.5rem}
.tag,.state{display:inline-block;font-size:.8rem;line-height:1.4;padding:.05rem .5rem;border-radius:1rem;background:var(--offbg);color:var(--off);white-space:nowrap}
.state{font-weight:600}.production{background:var(--coolbg);color:var(--cool)}
.state.delivered{background:var(--goodbg);color:var(--good)}.state.dead,.tag.failure{background:var(--badbg);color:var(--bad)}
.state.held{background:var(--warnbg);color:var(--warn)}.state.pending{background:var(--coolbg);color:var(--cool)}
.failure{color:var(--bad)}.well{color:var(--good)}.unwell{color:var(--bad);font-weight:600}
.said{border-radius:6px;padding:.6rem .9rem;margin:0 0 1rem;font-weight:600}.said.done{background:var(--goodbg);color:var(--good)}.said.refused,.problems{background:var(--badbg);color:var(--bad)}
.problems{border-color:var(--bad)}.problems ul{margin:0;padding-left:1.2rem}
label{display:block;font-weight:600;margin-bottom:.25rem}
input:not([type=radio]),textarea{font:inherit;width:100%;min-width:0;padding:.5rem .65rem;border:1px solid var(--faint);border-radius:6px;background:var(--bg);color:var(--ink)}
button,.button{font:inherit;font-weight:600;padding:.5rem 1rem;border:1px solid var(--faint);border-radius:6px;background:var(--card);color:var(--ink);cursor:pointer;text-decoration:none;display:inline-block;white-space:nowrap}
button:hover,.button:hover{border-color:var(--ink)}
button.main{background:var(--main);border-color:var(--main);color:var(--onmain)}button.danger{border-color:var(--bad);color:var(--bad)}
button.link{border:0;background:none;padding:0;font-weight:400;color:var(--link);text-decoration:underline;text-underline-offset:.15em}
.who{color:var(--faint);max-width:16rem;overflow:hidden;text-overflow:ellipsis}form{margin:0}.search{margin:0 0 1rem}.search p{margin:.25rem 0 0}.row{display:flex;gap:.5rem}
fieldset{border:0;padding:0;margin:0 0 1rem}legend{font-weight:600;padding:0;margin-bottom:.4rem}
fieldset label{font-weight:400;display:flex;gap:.6rem;align-items:baseline;padding:.3rem 0}
.tiles{list-style:none;margin:0;padding:0;display:grid;gap:.6rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,9.5rem),1fr))}
.tile{display:block;height:100%;padding:.6rem .75rem;border:1px solid var(--line);border-radius:8px;color:inherit;text-decoration:none}
.tile:hover{border-color:var(--ink)}.tile strong{font-size:1.5rem;line-height:1.2;margin-right:.25rem;font-variant-numeric:tabular-nums;color:var(--faint);font-weight:500}
.tile small{display:block;line-height:1.35}.tile.urgent{background:var(--badbg);border:2px solid var(--bad)}.tile.urgent strong,.tile.urgent span,.tile.urgent small{color:var(--bad)}.tile.urgent strong,.tile.urgent span{font-weight:700}
.tile.notice{background:var(--warnbg);border:1px dashed var(--warn)}.tile.notice strong,.tile.notice span,.tile.notice small{color:var(--warn)}.tile.calm strong{color:var(--ink)}
.verdict{border-left-width:6px}.verdict h2{font-size:1.15rem;margin:0}.verdict ul{list-style:none;margin:.6rem 0 0;padding:0}.verdict li{padding:.25rem 0}.verdict>p{margin:.4rem 0 0}
.mark{display:inline-block;width:1.5em;height:1.5em;line-height:1.5em;text-align:center;border-radius:50%;color:var(--card);font-weight:700}
.verdict.well{border-left-color:var(--good)}.verdict.well .mark{background:var(--good)}.verdict.notice{border-left-color:var(--warn)}.verdict.notice .mark{background:var(--warn);border-radius:4px}.verdict.urgent{border:2px solid var(--bad);border-left-width:6px}.verdict.urgent .mark{background:var(--bad);border-radius:0}
.level{display:inline-block;font-size:.8rem;line-height:1.4;padding:.05rem .5rem;border-radius:1rem;margin-right:.25rem;white-space:nowrap}
.urgent>.level{background:var(--bad);color:var(--card)}.notice>.level{border:1px dashed var(--warn);color:var(--warn);font-weight:400}
figure{margin:0;min-width:0}figcaption p{color:var(--faint);font-size:.9rem;margin:0}
.plot{display:grid;grid-template-columns:auto 1fr;gap:0 .4rem}.canvas{position:relative}svg{display:block;width:100%;height:8rem}
.scale{display:flex;flex-direction:column;justify-content:space-between;text-align:right;height:8rem;margin:0;font-size:.75rem;line-height:1;color:var(--faint);font-variant-numeric:tabular-nums;white-space:nowrap}
.spans{position:absolute;inset:0;display:grid;grid-auto-flow:column;grid-auto-columns:1fr}.spans a{position:relative;outline-offset:-2px}.spans a:hover,.spans a:focus-visible{background-color:color-mix(in srgb,var(--ink) 8%,transparent)}
.tip{position:absolute;bottom:calc(100% + .25rem);left:0;width:max-content;max-width:9rem;padding:.25rem .5rem;border-radius:6px;background:var(--ink);color:var(--card);font-size:.82rem;line-height:1.35;opacity:0;pointer-events:none;z-index:1}
.tip b{display:block}.spans a:nth-child(n+13) .tip{left:auto;right:0}.spans a:hover .tip,.spans a:focus-visible .tip{opacity:1}
.grid{stroke:var(--line);stroke-width:1;vector-effect:non-scaling-stroke;fill:none}
rect.received{fill:var(--received)}rect.delivered{fill:var(--delivered)}rect.failed{fill:var(--failed)}
path.p50,path.p95{fill:none;stroke-width:2;vector-effect:non-scaling-stroke;stroke-linecap:round;stroke-linejoin:round;stroke:var(--delivered)}path.p95{stroke:var(--received);stroke-width:3}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1rem;padding:0;margin:.4rem 0;font-size:.85rem}
.legend li::before{content:"";display:inline-block;width:.75rem;height:.75rem;border-radius:2px;margin-right:.35rem;vertical-align:-.05rem;background:var(--received)}
.legend .delivered::before,.legend .p50::before{background:var(--delivered)}.legend .failed::before{background:var(--failed)}
.axis{grid-column:2;display:grid;grid-template-columns:repeat(4,1fr);font-size:.75rem;color:var(--faint);margin:.15rem 0 .5rem;font-variant-numeric:tabular-nums}
table{width:100%;border-collapse:collapse;background:var(--card);border:1px solid var(--line);border-radius:8px;font-size:.92rem;margin:0 0 1rem}
th{text-align:left;font-size:.82rem;color:var(--faint);font-weight:600;vertical-align:bottom}th,td{padding:.45rem .65rem;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child td{border-bottom:0}.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}th.number{white-space:normal}time{font-variant-numeric:tabular-nums;white-space:nowrap}
.excerpt{font-family:ui-monospace,Menlo,Consolas,monospace;font-size:.85em}
details>summary{cursor:pointer;color:var(--link);padding:.15rem 0}figure details table{margin:.5rem 0 0}
.filters{display:flex;flex-wrap:wrap;gap:.4rem;margin:0 0 .75rem}.filters a{padding:.25rem .75rem;border:1px solid var(--line);border-radius:1rem;background:var(--card);color:var(--ink);text-decoration:none;font-size:.9rem}
.filters a[aria-current]{background:var(--main);border-color:var(--main);color:var(--onmain);font-weight:600}
.pager{display:flex;gap:1rem;margin:0 0 1rem}.pager .older{margin-left:auto}
dl{margin:0}dl div{display:grid;grid-template-columns:minmax(8rem,2fr) 3fr;gap:.1rem .75rem;padding:.35rem 0;border-top:1px solid var(--line)}dl div:first-child{border:0}
dt{color:var(--faint);font-size:.9rem}dt code{display:block;font-size:.78rem}dd{margin:0}
.answer{border-left:5px solid var(--faint)}.answer.delivered{border-left-color:var(--good)}.answer.dead{border-left-color:var(--bad)}.answer.held{border-left-color:var(--warn)}.answer.pending{border-left-color:var(--cool)}
div.answer{padding:.25rem 0 .25rem .9rem;margin-bottom:1rem}.advice{border-color:var(--warn)}.advice pre{margin:0}
.actions{display:flex;flex-wrap:wrap;gap:.75rem 1rem;align-items:start;margin-top:.75rem}.actions:empty{display:none}
.ask>summary{list-style:none;font-weight:600;padding:.5rem 1rem;border:1px solid var(--faint);border-radius:6px;color:var(--ink);display:inline-block}.ask>summary::-webkit-details-marker{display:none}
.ask[open]{flex-basis:100%}.ask form{padding:.75rem 0 0;max-width:34rem}.ask textarea{margin-bottom:.6rem}
.timeline,.attempts{list-style:none;margin:0;padding:0}.timeline li{border-left:3px solid var(--line);padding:0 0 .9rem .9rem}.timeline li:last-child{padding-bottom:0}
.timeline .taken{border-color:var(--good)}.timeline .failed{border-color:var(--bad)}.timeline p{margin:0 0 .25rem}.attempts li{padding:.2rem 0}
pre{margin:0;padding:.75rem;background:var(--bg);border:1px solid var(--line);border-radius:6px;overflow:auto;max-height:26rem;white-space:pre-wrap;word-break:normal}
[data-copy]{user-select:all;-webkit-user-select:all}button.copy{font-size:.78rem;font-weight:400;padding:0 .5rem;min-height:1.5rem;vertical-align:baseline}pre+button.copy{margin-top:.4rem}.by-hand{margin-top:.75rem}
.steps{list-style:none;margin:0 0 .6rem;padding:0}.steps li{border-left:3px solid var(--line);padding:0 0 .75rem .9rem}.steps h3,.steps p{margin:0 0 .15rem}.steps .mark{width:1.4em;height:1.4em;line-height:1.4em;margin-left:-1.7rem;background:var(--faint)}.steps .done>h3 .mark{background:var(--good)}.steps .failed>h3 .mark{background:var(--bad);border-radius:0}.steps .now>h3 .mark{background:var(--cool)}.steps .later{color:var(--faint)}.steps .done{border-color:var(--good)}
form.test select{margin-bottom:1rem;max-width:26rem}form.test #other{max-width:8rem}
.live :focus-visible,.live details[open]{background-image:url(busy.svg)}
.renewal .stale{visibility:hidden;animation:appear 0s 35s forwards}@keyframes appear{to{visibility:visible}}
.list tr{position:relative}.list tbody tr:hover{background-color:color-mix(in srgb,var(--link) 8%,var(--card))}.list .when a::after{content:"";position:absolute;inset:0}.list .when a{white-space:nowrap}
.list .order small{display:block}.list .why{font-size:.86rem;color:var(--faint);max-width:20rem}
.fields{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,12rem),1fr));gap:.6rem;margin:.6rem 0}.more{margin:.5rem 0 0}select{font:inherit;width:100%;padding:.5rem .65rem;border:1px solid var(--faint);border-radius:6px;background:var(--bg);color:var(--ink)}
.actions.above{margin:0 0 .75rem}
.guide{padding:0;margin:0;list-style:none;counter-reset:step}.guide>li{counter-increment:step;background:var(--card);border:1px solid var(--line);border-radius:8px;padding:1rem;margin:0 0 1rem}.guide h2::before{content:counter(step) ". "}.guide h2 label{display:inline}.guide pre{margin-bottom:.5rem}
progress{width:100%;height:1rem;margin-bottom:.6rem;accent-color:var(--main)}.replay{padding:.6rem 0;border-top:1px solid var(--line)}
.scroll{overflow-x:auto;margin:0 0 .6rem}.scroll table{margin:0}.scroll td:nth-child(2){min-width:6.5rem}.renewal{margin:0}.loss{color:var(--bad)}
@media(max-width:44rem){
main button,main .button{white-space:normal}
body{font-size:15px}.who{display:none}.bar{gap:.5rem;padding:0 .75rem}header nav a{padding:.35rem .45rem}main{padding-left:.75rem;padding-right:.75rem}
table.cards,.cards tbody,.cards tr,.cards td{display:block}.cards{border:0;background:none}
.cards thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.cards tr{background:var(--card);border:1px solid var(--line);border-radius:8px;margin:0 0 .6rem;padding:.45rem .75rem}
.cards td{display:flex;gap:.75rem;border:0;padding:.15rem 0;text-align:left;white-space:normal}
.cards td::before{content:attr(data-head);flex:0 0 7.5rem;color:var(--faint);font-size:.85rem}.cards .key{font-weight:600}
.cards td>div{min-width:0}
figure table{font-size:.85rem}figure th,figure td{padding:.35rem .2rem;overflow-wrap:normal}figure td:first-child{white-space:nowrap}
.list,.list tbody{display:block;border:0;background:none}.list thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.list tr{display:grid;grid-template-columns:auto 1fr auto;gap:0 .5rem;padding:.4rem .5rem;background:var(--card);border:1px solid var(--line);border-bottom:0}.list tr:last-child{border-bottom:1px solid var(--line)}
.list td{border:0;padding:0}.list .wide,.list .tries,.list .order small{display:none}.list .order{grid-area:1/1/2/3;font-weight:600;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.list td.number{grid-area:1/3}.list .when{grid-area:2/1;font-size:.88rem}.list .what{grid-area:2/2;font-size:.88rem;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.list .how{grid-area:2/3;text-align:right}
.list .why{grid-area:3/1/4/4;max-width:none;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}.list .why:empty{display:none}
dl div{grid-template-columns:1fr}}
@media(prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
@media print{header nav,.actions,.search,.right{display:none}}
`.replaceAll("\n", "");

/** A hash of the content. It proves nothing, so a small one is enough (FNV-1a). */
export function nameOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash.toString(16);
}

export const STYLE_PATH = `/console/style-${nameOf(STYLE)}.css`;
