{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><h1 class="grow">[[Test data]]</h1></header>
<p class="secondary">[[What came by test keys, test secrets and test links runs through every stage, in accounts of its own, and counts in no figure, export or payout of yours. Erase it whenever you like; your keys, secrets, the test creator and its links stay.]]</p>
<section class="card"><div class="card-body stack">
  <dl class="facts">
    <dt>[[Test sales]]</dt><dd>{{SALES}}</dd>
    <dt>[[Test clicks]]</dt><dd>{{CLICKS}}</dd>
    <dt>[[Events in the log]]</dt><dd>{{EVENTS}}</dd>
  </dl>
{{#STATE}}
  <p role="status">{{WORDS}}</p>
{{/STATE}}
{{#ERASE}}
  <form method="post" action="/brand/test-data">
    <input type="hidden" name="csrf" value="{{CSRF}}">
    <button class="button button-danger">[[Erase test data]]</button>
  </form>
{{/ERASE}}
</div></section>
