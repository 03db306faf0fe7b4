{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><div class="grow"><a class="crumb" href="/brand/sales">[[Sales]]</a>
  <h1>[[Record a sale]]</h1><p>[[For an order that no integration told of. It goes the same way as any other sale, and the log names you.]]</p></div>
  <a class="button" href="/brand/sales/import">[[Import a CSV file]]</a></header>
{{#FORM}}
<section class="card" aria-label="[[The sale]]">
  <div class="card-body stack">
{{>SUMMARY}}
    <form class="form" method="post" action="/brand/sales/new" novalidate>
      <input type="hidden" name="csrf" value="{{CSRF}}">
{{>FIELD}}
      <div class="form-actions"><button class="button button-primary">[[Record the sale]]</button><a class="button button-quiet" href="/brand/sales">[[Back]]</a></div>
    </form>
  </div>
</section>
{{/FORM}}
{{>EMPTY}}
