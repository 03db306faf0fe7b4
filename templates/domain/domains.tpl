{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><h1 class="grow">[[Domains]]</h1></header>
<p class="secondary">[[Hosts that your creators' links stand on. The first one that works is used for every link that is shown or exported; if it breaks, links stand on the platform's host until it works again.]]</p>
{{>SUMMARY}}
<div class="columns">
  <form class="form" method="post" action="/brand/domains" novalidate>
    <input type="hidden" name="csrf" value="{{CSRF}}">
{{>HOST_FIELD}}
    <div class="form-actions"><button class="button button-primary">[[Add the host]]</button></div>
  </form>
{{#COMPANY}}
  <form class="form" method="post" action="/brand/domains/label" novalidate>
    <input type="hidden" name="csrf" value="{{CSRF}}">
{{>LABEL_FIELD}}
    <div class="form-actions"><button class="button">[[Take the name]]</button></div>
  </form>
{{/COMPANY}}
</div>
<div class="stack" data-live-url="/brand/domains/live" data-live-etag="{{ETAG}}">{{>LIST}}</div>
