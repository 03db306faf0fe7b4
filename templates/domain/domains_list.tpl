{{%AUTOESCAPE context="HTML"}}
{{#DOMAIN}}
<section class="card" aria-labelledby="domain-{{ID}}">
  <div class="card-head"><h2 id="domain-{{ID}}" class="grow"><bdi>{{HOST}}</bdi></h2>{{>STATUS}}
{{#CHECK}}
    <form method="post" action="/brand/domains/{{ID}}/check"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button">[[Check now]]</button></form>
{{/CHECK}}
    <form method="post" action="/brand/domains/{{ID}}/remove"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button">[[Give up]]</button></form>
  </div>
  <div class="card-body stack">
    <p>{{SAYS}}</p>
{{#RECORD}}
    <dl class="facts"><dt>[[Type]]</dt><dd><code>CNAME</code></dd><dt>[[Name]]</dt><dd>{{>NAME}}</dd><dt>[[Expected target]]</dt><dd>{{>TARGET}}</dd><dt>[[Found]]</dt><dd>{{#FOUND}}<code>{{VALUE}}</code>{{/FOUND}}{{#NOT_FOUND}}<span class="muted">[[nothing]]</span>{{/NOT_FOUND}}</dd></dl>
{{/RECORD}}
    <p class="meta">{{#ACTIVE}}[[Active since <time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time>.]] {{/ACTIVE}}{{#BROKEN}}[[Broken since <time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time>.]] {{/BROKEN}}{{#CHECKED}}[[Last looked at <time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time>.]]{{/CHECKED}}</p>
  </div>
</section>
{{/DOMAIN}}
{{>EMPTY}}
