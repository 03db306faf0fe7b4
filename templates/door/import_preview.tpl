{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><div class="grow"><a class="crumb" href="/brand/sales/import">[[Import]]</a>
  <h1>[[What the file would do]]</h1><p>{{GOOD}} {{#SOME_BAD}}{{TEXT}} {{/SOME_BAD}}[[Nothing is written yet.]]</p></div></header>
{{#IGNORED}}
<p class="secondary">[[These columns are not read:]] <bdi>{{COLUMNS}}</bdi></p>
{{/IGNORED}}
{{#CONFIRM}}
<form class="row" method="post" action="/brand/sales/import/run">
  <input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="program" value="{{PROGRAM}}"><input type="hidden" name="file" value="{{FILE}}">
  <button class="button button-primary">{{BUTTON}}</button><a class="button button-quiet" href="/brand/sales/import">[[Choose another file]]</a>
</form>
{{/CONFIRM}}
<div class="table-wrap"><table class="table table-cards">
  <caption class="visually-hidden">[[Rows of the file, those that can't be imported first]]</caption>
  <thead><tr><th scope="col" class="num">[[Row]]</th><th scope="col">[[Order]]</th><th scope="col">[[Type]]</th><th scope="col" class="num">[[Amount]]</th><th scope="col">[[Creator]]</th><th scope="col">[[What happens]]</th></tr></thead>
  <tbody>
{{#ROW}}
    <tr><td class="num" data-label="[[Row]]">{{NO}}</td><th scope="row" data-label="[[Order]]"><bdi>{{ORDER}}</bdi></th><td data-label="[[Type]]">{{TYPE}}</td><td class="num" data-label="[[Amount]]">{{AMOUNT}}</td><td data-label="[[Creator]]">{{#WHO}}<bdi>{{HANDLE}}</bdi>{{/WHO}}</td><td class="wide" data-label="[[What happens]]">{{#BAD}}<strong>[[Left out.]]</strong> {{WHY}}{{/BAD}}{{#FATE}}{{TEXT}}{{/FATE}}</td></tr>
{{/ROW}}
  </tbody>
</table></div>
