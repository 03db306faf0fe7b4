{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><div class="grow"><a class="crumb" href="/brand/sales/{{PID}}"><bdi>{{ORDER}}</bdi></a>
  <h1 class="break"><bdi>{{TITLE}}</bdi></h1><p>{{AMOUNT}} · <bdi>{{PROGRAM}}</bdi></p></div></header>
<section class="card" aria-label="[[What the refund takes]]">
  <div class="card-body stack">
    <p><strong><bdi>{{EFFECT}}</bdi></strong></p>
    <dl class="facts"><dt>[[Refunded in all, of the commission's base]]</dt><dd>{{REFUNDED}} / {{BASE}}</dd>{{#NOTED}}<dt>[[The creator reads]]</dt><dd><bdi>{{TEXT}}</bdi></dd>{{/NOTED}}</dl>
    <form method="post" action="/brand/sales/{{PID}}/refund">
{{#KEPT}}
      <input type="hidden" name="{{NAME}}" value="{{VALUE}}">
{{/KEPT}}
      <div class="form-actions"><button class="button button-danger">[[Refund]]</button><a class="button button-quiet" href="/brand/sales/{{PID}}/refund">[[Change it]]</a></div>
    </form>
  </div>
</section>
