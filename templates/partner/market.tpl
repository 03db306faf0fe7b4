{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><h1 class="grow">[[Marketplace]]</h1></header>
{{#SOME}}
<div class="columns">
{{#OFFER}}
  <section class="card">
    <div class="card-head"><h2 class="grow"><a href="/partner/marketplace/{{PID}}"><bdi>{{PROGRAM}}</bdi></a></h2>{{#STANDING}}{{>STATUS}}{{/STANDING}}</div>
    <div class="card-body">
      <p class="muted"><bdi>{{BRAND}}</bdi></p>
      <p><bdi>{{ABOUT}}</bdi></p>
      <dl class="facts">
        <dt>[[Pays]]</dt><dd>{{RATE}}</dd>
        <dt>[[Counts sales within]]</dt><dd>{{WINDOW}}</dd>
        <dt>[[Released after]]</dt><dd>{{HOLDBACK}}</dd>
        <dt>[[Currency]]</dt><dd>{{CURRENCY}}</dd>
      </dl>
    </div>
  </section>
{{/OFFER}}
</div>
{{#MORE}}
<p><a class="button" href="/partner/marketplace?before={{BEFORE}}">[[Older programs]]</a></p>
{{/MORE}}
{{/SOME}}
{{>EMPTY}}
