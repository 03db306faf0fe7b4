{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><h1 class="grow">[[Find a missing sale]]</h1></header>
{{>SUMMARY}}
<form class="form form-line" method="get" action="{{ACTION}}" novalidate>
{{>QUERY_FIELD}}
  <div class="form-actions"><button class="button button-primary">[[Look]]</button></div>
</form>
{{#FINDING}}
<section class="card">
  <div class="card-head"><h2 class="grow"><bdi>{{ORDER}}</bdi> <span class="muted"><bdi>{{BRAND}}</bdi></span></h2></div>
  <div class="card-body stack">
    <p>{{WORDS}}</p>
{{#SALE}}
    <p><a href="{{BASE}}/{{PID}}">[[The sale's own page]]</a></p>
{{/SALE}}
{{#EVENT}}
    <p><a href="/brand/integrations/events/{{ID}}">[[The event, and its replay]]</a></p>
{{/EVENT}}
{{#RECORD}}
    <p><a href="/brand/sales/new">[[Record it by hand]]</a></p>
{{/RECORD}}
{{#CLAIM}}
    <p><a class="button" href="/partner/claims?order={{ORDER}}">[[Claim the sale]]</a></p>
{{/CLAIM}}
{{#ATTACH}}
    <details>
      <summary>[[Credit it to a creator…]]</summary>
      <form class="form" method="post" action="/brand/sales/{{PID}}/attach" novalidate>
        <input type="hidden" name="csrf" value="{{CSRF}}">
        <input type="hidden" name="q" value="{{QUERY}}">
{{>FIELD}}
        <div class="form-actions"><button class="button button-primary">[[Credit the sale]]</button></div>
      </form>
    </details>
{{/ATTACH}}
  </div>
</section>
{{/FINDING}}
{{#DOORS}}
<div class="table-wrap"><table class="table table-cards">
  <caption>[[When each door last heard of a sale]]</caption>
  <thead><tr><th scope="col">[[Door]]</th><th scope="col">[[Last event]]</th><th scope="col">[[Last refusal]]</th></tr></thead>
  <tbody>
{{#DOOR}}
  <tr><th scope="row" data-label="[[Door]]">{{NAME}}</th><td data-label="[[Last event]]">{{LAST}}</td><td class="prose" data-label="[[Last refusal]]">{{REFUSED}}</td></tr>
{{/DOOR}}
  </tbody>
</table></div>
{{/DOORS}}
