{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><h1 class="grow"><code>{{CODE}}</code></h1>{{>STATUS}}<a class="button" href="/brand/codes">[[All codes]]</a></header>
{{>SUMMARY}}
<dl class="facts"><dt>[[Creator]]</dt><dd><bdi>{{WHO}}</bdi></dd><dt>[[Program]]</dt><dd><bdi>{{PROGRAM}}</bdi></dd><dt>[[Sales]]</dt><dd>{{SALES}}</dd><dt>[[Discount]]</dt><dd>{{DISCOUNT}}</dd>{{#STOPS}}<dt>[[Stops]]</dt><dd><time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time></dd>{{/STOPS}}{{#REPLACED}}<dt>[[Replaced by]]</dt><dd><code>{{BY}}</code></dd>{{/REPLACED}}</dl>
<section class="card" aria-labelledby="discount-title">
  <div class="card-head"><h2 id="discount-title">[[What it takes off in the shop]]</h2></div>
  <div class="card-body">
    <form class="form" method="post" action="/brand/codes/{{ID}}/discount" novalidate>
      <input type="hidden" name="csrf" value="{{CSRF}}">
{{>FIELD}}
      <div class="form-actions"><button class="button button-primary">[[Save]]</button></div>
    </form>
  </div>
</section>
{{#REPLACE}}
<section class="card" aria-labelledby="replace-title">
  <div class="card-head"><h2 id="replace-title">[[Has it leaked?]]</h2></div>
  <div class="card-body">
    <form class="form" method="post" action="/brand/codes/{{ID}}/replace" novalidate>
      <input type="hidden" name="csrf" value="{{CSRF}}">
      <p class="secondary">[[A code on a coupon site credits its creator with sales that are nobody's. The creator gets a new one by the template.]]</p>
{{>HOURS}}
      <div class="form-actions"><button class="button">[[Replace the code]]</button></div>
    </form>
  </div>
</section>
{{/REPLACE}}
