{{%AUTOESCAPE context="HTML"}}
{{#SITE}}
<section class="card" aria-labelledby="site-{{ID}}">
  <div class="card-head"><h2 id="site-{{ID}}" class="grow"><bdi>{{HOST}}</bdi></h2>{{>STATUS}}
{{#CHECK}}
    <form method="post" action="/brand/sites/{{ID}}/check"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button">[[Check now]]</button></form>
{{/CHECK}}
  </div>
  <div class="card-body stack">
{{#VERIFIED}}
    <p class="secondary">{{HOW}}, <time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time></p>
{{/VERIFIED}}
{{#WAITING}}
{{>PROOF}}
{{/WAITING}}
  </div>
</section>
{{/SITE}}
{{>EMPTY}}
