{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><h1 class="grow">[[Home]]</h1><p class="meta">[[The last 30 days, in {{ZONE}}]]</p></header>
<section aria-label="[[The last 30 days in figures]]" data-live-url="/brand/live" data-live-etag="{{ETAG}}">{{>FIGURES}}</section>
<div class="split">
<div class="stack">
<section class="card" aria-labelledby="clicks-title">
  <div class="card-head"><h2 id="clicks-title">[[Clicks]]</h2></div>
  <div class="card-body">{{CLICKS_CHART:none}}</div>
</section>
<section class="card" aria-labelledby="sales-title">
  <div class="card-head"><h2 id="sales-title">[[Sales]]</h2></div>
  <div class="card-body">{{SALES_CHART:none}}</div>
</section>
</div>
<div class="stack">
{{#ATTENTION}}
<section class="card" aria-labelledby="attention-title">
  <div class="card-head"><h2 id="attention-title">[[Needs attention]]</h2></div>
  <div class="card-body">
    <ul class="tasks">
{{#TASK}}
      <li><span class="grow break">{{TEXT}}</span><a class="nowrap" href="{{URL}}">{{LABEL}}</a></li>
{{/TASK}}
    </ul>
{{#NOTHING}}
    <p class="secondary">[[Nothing waits for you.]]</p>
{{/NOTHING}}
{{#DOORS}}
    <p class="meta spaced">[[Connected: {{NAMES}}. <a href="/brand/integrations">Integrations</a>]]</p>
{{/DOORS}}
  </div>
</section>
{{/ATTENTION}}
<section class="card" aria-labelledby="top-title">
  <div class="card-head"><h2 id="top-title" class="grow">[[Top creators]]</h2><a href="/brand/creators">[[All creators]]</a></div>
{{#PERFORMERS}}
  <div class="table-wrap"><table class="table">
    <caption class="visually-hidden">[[Creators with most sales in the last 30 days]]</caption>
    <thead><tr><th scope="col">[[Creator]]</th><th scope="col" class="num">[[Sales]]</th><th scope="col" class="num">[[Gross]]</th></tr></thead>
    <tbody>
{{#PERFORMER}}
      <tr><th scope="row"><a href="/brand/sales?creator={{HANDLE}}"><bdi>{{HANDLE}}</bdi></a></th><td class="num">{{SALES}}</td><td class="num">{{GROSS}}</td></tr>
{{/PERFORMER}}
    </tbody>
  </table></div>
{{/PERFORMERS}}
{{#NO_PERFORMERS}}
  <div class="card-body"><p class="secondary">[[No creator has sold anything in the last 30 days.]]</p></div>
{{/NO_PERFORMERS}}
</section>
</div>
</div>
<section class="stack" aria-labelledby="newest-title">
  <div class="row"><h2 id="newest-title">[[Newest sales]]</h2><div class="live-note" role="status" data-live-url="/brand/sales/live?since={{SINCE}}&amp;had={{HAD}}" data-live-etag="&quot;0&quot;"></div><span class="grow"></span><a href="/brand/sales">[[All sales]]</a></div>
{{#NEWEST}}
  <div class="table-wrap"><table class="table table-cards">
    <caption class="visually-hidden">[[The newest sales]]</caption>
    <thead><tr><th scope="col">[[Time]]</th><th scope="col">[[Order]]</th><th scope="col">[[Creator]]</th><th scope="col" class="num">[[Amount]]</th><th scope="col" class="num">[[Commission]]</th><th scope="col">[[Status]]</th></tr></thead>
    <tbody>
{{#SALE}}
    <tr data-href="/brand/sales/{{PID}}">
      <td data-label="[[Time]]"><time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time></td>
      <th scope="row" data-label="[[Order]]"><a class="mono clip" href="/brand/sales/{{PID}}">{{ORDER}}</a></th>
      <td data-label="[[Creator]]"><bdi>{{CREATOR}}</bdi></td>
      <td class="num" data-label="[[Amount]]">{{AMOUNT}}</td>
      <td class="num" data-label="[[Commission]]">{{COMMISSION}}</td>
      <td data-label="[[Status]]">{{>STATUS}}</td>
    </tr>
{{/SALE}}
    </tbody>
  </table></div>
{{/NEWEST}}
{{>EMPTY}}
</section>
