{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><h1 class="grow"><bdi>{{PROGRAM}}</bdi></h1>{{#STANDING}}{{>STATUS}}{{/STANDING}}</header>
<div class="split">
<div class="stack">
<section class="card" aria-labelledby="terms-title">
  <div class="card-head"><h2 id="terms-title">[[What it pays]]</h2></div>
  <div class="card-body">
    <p><bdi>{{ABOUT}}</bdi></p>
    <dl class="facts">
      <dt>[[Brand]]</dt><dd><bdi>{{BRAND}}</bdi></dd>
      <dt>[[Pays]]</dt><dd>{{RATE}}</dd>
      <dt>[[Counts sales within]]</dt><dd>[[{{WINDOW}} of a click]]</dd>
      <dt>[[Released after]]</dt><dd>[[{{HOLDBACK}}, if the customer keeps the order]]</dd>
      <dt>[[Currency]]</dt><dd>{{CURRENCY}}</dd>
    </dl>
  </div>
</section>
{{#APPLY}}
<section class="card" aria-labelledby="apply-title">
  <div class="card-head"><h2 id="apply-title">[[Apply]]</h2></div>
  <div class="card-body">
{{>SUMMARY}}
    <form class="form" method="post" action="/partner/marketplace/{{PID}}/apply" novalidate>
      <input type="hidden" name="csrf" value="{{CSRF}}">
{{>FIELD}}
      <div class="form-actions"><button class="button button-primary">[[Send the application]]</button></div>
    </form>
  </div>
</section>
{{/APPLY}}
</div>
<div class="stack">
{{#WORDS}}
<section class="card" aria-labelledby="standing-title">
  <div class="card-head"><h2 id="standing-title">[[Where you stand]]</h2></div>
  <div class="card-body"><p>{{TEXT}}</p>{{#NOTE}}<p class="muted">[[The brand wrote:]] <bdi>{{TEXT}}</bdi></p>{{/NOTE}}</div>
</section>
{{/WORDS}}
{{#EQUIPMENT}}
<section class="card" aria-labelledby="yours-title">
  <div class="card-head"><h2 id="yours-title">[[Yours]]</h2></div>
  <div class="card-body stack">
    <div><p class="muted">[[Link]]</p>{{>LINK}}</div>
    <div><p class="muted">[[Ref code]]</p>{{>REF}}</div>
{{#CODE}}
    <div><p class="muted">[[Discount code]]</p>{{>COPY}}</div>
{{/CODE}}
    <p><a href="/partner/links">[[All your links and codes]]</a></p>
  </div>
</section>
{{/EQUIPMENT}}
</div>
</div>
