{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><div class="grow"><a class="crumb" href="/brand/sales/{{PID}}"><bdi>{{ORDER}}</bdi></a>
  <h1 class="break"><bdi>{{TITLE}}</bdi></h1><p>{{AMOUNT}} · <bdi>{{PROGRAM}}</bdi></p></div></header>
{{#FORM}}
<section class="card" aria-label="[[The refund]]">
  <div class="card-body stack">
{{>SUMMARY}}
    <form class="form" method="post" action="/brand/sales/{{PID}}/refund" novalidate>
      <input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="ref" value="{{REF}}">
{{>FIELD}}
      <div class="form-actions"><button class="button button-primary">[[Show what it takes]]</button><a class="button button-quiet" href="/brand/sales/{{PID}}">[[Back]]</a></div>
    </form>
    <p class="muted">[[Nothing is changed before you confirm.]]</p>
  </div>
</section>
{{/FORM}}
{{#NOTHING_LEFT}}
<p>[[This sale is refunded in whole: nothing is left of it.]]</p>
{{/NOTHING_LEFT}}
