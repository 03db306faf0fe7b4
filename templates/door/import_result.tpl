{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><div class="grow"><a class="crumb" href="/brand/sales">[[Sales]]</a>
  <h1>[[Imported]]</h1><p>{{TEXT}}</p></div>
  <a class="button" href="/brand/sales/import">[[Import another file]]</a><a class="button button-primary" href="/brand/sales?source=csv">[[See the sales]]</a></header>
<div class="table-wrap"><table class="table table-cards">
  <caption class="visually-hidden">[[Rows of the file, those that were left out first]]</caption>
  <thead><tr><th scope="col" class="num">[[Row]]</th><th scope="col">[[Order]]</th><th scope="col">[[Type]]</th><th scope="col" class="num">[[Amount]]</th><th scope="col">[[Creator]]</th><th scope="col">[[What happened]]</th></tr></thead>
  <tbody>
{{#ROW}}
    <tr><td class="num" data-label="[[Row]]">{{NO}}</td><th scope="row" data-label="[[Order]]"><bdi>{{ORDER}}</bdi></th><td data-label="[[Type]]">{{TYPE}}</td><td class="num" data-label="[[Amount]]">{{AMOUNT}}</td><td data-label="[[Creator]]">{{#WHO}}<bdi>{{HANDLE}}</bdi>{{/WHO}}</td><td class="wide" data-label="[[What happened]]">{{#BAD}}<strong>[[Left out.]]</strong> {{WHY}}{{/BAD}}{{#FATE}}{{TEXT}}{{/FATE}}</td></tr>
{{/ROW}}
  </tbody>
</table></div>
