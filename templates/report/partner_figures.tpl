{{%AUTOESCAPE context="HTML"}}
<div class="columns">
{{#BALANCE}}
<section class="card">
  <div class="card-head"><h2 class="grow">{{UNIT}}</h2>{{#NEXT}}<span class="muted">{{TEXT}}</span>{{/NEXT}}</div>
  <div class="card-body stack">
    <dl class="figures">
      <div><dt>[[Pending]]</dt><dd>{{PENDING}}</dd></div>
      <div><dt>[[Approved]]</dt><dd>{{APPROVED}}</dd></div>
      <div><dt>[[Paid]]</dt><dd>{{PAID}}</dd></div>
    </dl>
{{#STRIP}}
    {{CHART:none}}
{{/STRIP}}
  </div>
</section>
{{/BALANCE}}
</div>
{{>EMPTY}}
