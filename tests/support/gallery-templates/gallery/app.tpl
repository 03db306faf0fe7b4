{{%AUTOESCAPE context="HTML"}}
<header class="page-head">
  <h1 class="grow">[[Gallery]]</h1>
  <a class="button" href="#"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#download"/></svg>[[CSV]]</a>
  <a class="button button-primary" href="#">[[Invite creators]]</a>
</header>
{{>SUMMARY}}
<section class="stack" aria-label="[[Last 30 days]]">
  <dl class="kpis">{{>KPI_CLICKS}}{{>KPI_SALES}}{{>KPI_GROSS}}{{>KPI_COMMISSION}}</dl>
</section>
<div class="split split-even">
  <section class="card"><div class="card-head"><h2>[[Clicks]]</h2></div><div class="card-body">{{CHART_LINE:none}}</div></section>
  <section class="card"><div class="card-head"><h2>[[Gross sales]]</h2></div><div class="card-body">{{CHART_BARS:none}}</div></section>
</div>
<section class="card"><div class="card-head"><h2>[[By source]]</h2></div><div class="card-body">{{CHART_MANY:none}}</div></section>
<section class="stack" aria-labelledby="sales-title">
  <h2 id="sales-title">[[Sales]]</h2>
  <form class="filters">
    <label>[[Campaign]]<select name="campaign"><option>[[All campaigns]]</option></select></label>
    <label>[[Status]]<select name="status"><option>[[Any status]]</option></select></label>
    <label>[[Country]]<select name="country"><option>[[All countries]]</option></select></label>
    <label>[[From]]<input type="date" name="from"></label>
    <button class="button">[[Apply]]</button>
    <a class="button button-quiet" href="#">[[Clear]]</a>
    <details class="filters-more" open><summary class="button button-quiet"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#filter"/></svg>[[More filters]]</summary><div class="filters"><label>[[Source]]<select name="source"><option>[[All sources]]</option></select></label></div></details>
  </form>
  <div class="row state-line"><span class="muted">[[847 sales]]</span><span class="muted">[[Times in Europe/Berlin]]</span></div>
  <div class="live-note" role="status"><a href="#"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#arrow-up"/></svg>[[3 new sales]]</a></div>
  <div class="table-wrap">
  <table class="table table-cards">
    <caption class="visually-hidden">[[Sales, newest first]]</caption>
    <thead><tr>
      <th scope="col" aria-sort="descending"><a href="#">[[Time]]</a></th><th scope="col">[[Order]]</th><th scope="col">[[Creator]]</th>
      <th scope="col">[[Campaign]]</th><th scope="col" class="num">[[Amount]]</th><th scope="col" class="num">[[Commission]]</th><th scope="col">[[Source]]</th><th scope="col">[[Status]]</th>
    </tr></thead>
    <tbody>
{{#SALE}}
    <tr data-href="#">
      <td data-label="[[Time]]"><time datetime="{{TIME_ISO}}" title="{{TIME_ISO}}">{{TIME}}</time></td>
      <th scope="row" data-label="[[Order]]"><a class="mono" href="#">{{ORDER}}</a></th>
      <td data-label="[[Creator]]">{{CREATOR}}</td>
      <td data-label="[[Campaign]]">[[Spring Capsule]]</td>
      <td class="num" data-label="[[Amount]]">{{AMOUNT}}</td>
      <td class="num" data-label="[[Commission]]">{{COMMISSION}}</td>
      <td data-label="[[Source]]">[[API]]</td>
      <td data-label="[[Status]]">{{>STATUS}}</td>
    </tr>
{{/SALE}}
    </tbody>
  </table>
  </div>
  {{>PAGER}}
</section>
<div class="split">
  <section class="card">
    <div class="card-head"><h2 class="grow">[[How this sale came about]]</h2>{{>CHIP}}</div>
    <div class="card-body">
      <ol class="timeline">
        <li><span class="node node-good"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#cursor"/></svg></span>
          <div class="timeline-head"><h3>[[Click]]</h3><time datetime="2026-11-20">[[18 Nov 2026, 09:12]]</time></div>
          <dl class="facts"><dt>[[Link]]</dt><dd><code>k7m3p9xd</code></dd><dt>[[Country]]</dt><dd>[[Türkiye]]</dd><dt>[[Referrer]]</dt><dd>[[instagram.com]]</dd></dl></li>
        <li class="gap">[[2 d 4 h]]</li>
        <li><span class="node node-now"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#receipt"/></svg></span>
          <div class="timeline-head"><h3>[[Sale received]]</h3><time datetime="2026-11-20">[[20 Nov 2026, 13:20]]</time></div>
          <p class="secondary">[[Signed postback]]</p>
          <details><summary>[[What was sent]]</summary><pre>{ "order": "A-1042", "amount": "129.90" }</pre></details></li>
        <li><span class="node node-warn"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#alert"/></svg></span>
          <div class="timeline-head"><h3>[[Eligibility]]</h3></div>
          <ul class="checks"><li class="good"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#check"/></svg>[[Türkiye is on the list]]</li><li class="warn"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#alert"/></svg>[[IP velocity 6 of 5]]</li></ul></li>
        <li><span class="node"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#coins"/></svg></span>
          <div class="timeline-head"><h3>[[Commission]]</h3></div><p class="secondary">[[10% of the base]]</p></li>
      </ol>
    </div>
  </section>
  <section class="card">
    <div class="card-head"><h2>[[Commission]]</h2></div>
    <div class="card-body">
      <dl class="breakdown">
        <div><dt>[[Gross]]</dt><dd>$129.90</dd></div>
        <div><dt>[[Excluded articles]]</dt><dd>−$9.90</dd></div>
        <div><dt>[[Base]]</dt><dd>$120.00</dd></div>
        <div><dt>[[10%, program rate]]</dt><dd>$12.00</dd></div>
        <div class="total"><dt>[[Commission]]</dt><dd>$12.00</dd></div>
      </dl>
      <p class="meta spaced">[[Settings version 3]]</p>
      <ol class="events"><li><div class="timeline-head"><h3>[[Approved]]</h3><time datetime="2026-11-20">[[20 Dec 2026, 13:20]]</time></div><p class="secondary">[[A rule: the holdback ended.]]</p></li></ol>
      <ul class="tasks"><li><span class="grow break">[[3 creators wait for an answer.]]</span><a href="#">[[Answer]]</a></li></ul>
      <blockquote class="quote">[[My followers train every day.]]</blockquote>
      <div class="row row-end"><button class="button">[[Pause]]</button></div>
    </div>
  </section>
</div>
<div class="columns">
  <section class="card"><div class="card-head"><h2>[[Form]]</h2></div><div class="card-body">
    <form class="form" method="post">{{>EMAIL}}<div class="form-pair">{{>RATE}}{{>DAYS}}</div>{{>COUNTRY}}{{>NOTE}}{{>AGREE}}<div class="form-actions"><button class="button button-primary">[[Save]]</button><button class="button">[[Cancel]]</button><button class="button button-danger">[[Reject]]</button></div></form>
  </div></section>
  <section class="card"><div class="card-head"><h2>[[States]]</h2></div><div class="card-body stack"><div class="row">{{#STATE}}{{>CHIP}}{{/STATE}}</div><div>{{>COPY}}</div><nav class="tabs" aria-label="[[Language of the example]]"><a href="#" aria-current="true">[[cURL]]</a><a href="#">[[Node]]</a></nav><nav class="row" aria-label="[[How the sale is sent]]"><a class="pill" href="#" aria-current="true">[[By key]]</a><a class="pill" href="#">[[By signed postback]]</a></nav><ol class="howto"><li>[[Open the settings.]]</li><li>[[Paste the key.]]</li></ol><p>[[Text with a <a href="#">link</a> in it, <code>code</code> and <kbd>k</kbd>.]]</p></div></section>
</div>
{{>EMPTY}}
