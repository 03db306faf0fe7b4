{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><h1 class="grow">[[Sites]]</h1></header>
<p class="secondary">[[Links lead only to sites that are proved to be yours. One proof is enough, and it holds for good.]]</p>
{{>SUMMARY}}
<form class="form form-line" method="post" action="/brand/sites" novalidate>
  <input type="hidden" name="csrf" value="{{CSRF}}">
{{>FIELD}}
  <div class="form-actions"><button class="button button-primary">[[Add the site]]</button></div>
</form>
<div class="stack"{{#LIVE}} data-live-url="/brand/sites/live" data-live-etag="{{ETAG}}"{{/LIVE}}>{{>LIST}}</div>
