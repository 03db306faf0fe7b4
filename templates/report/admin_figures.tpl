{{%AUTOESCAPE context="HTML"}}
<dl class="kpis">
{{#COUNT}}{{>KPI}}{{/COUNT}}
</dl>
<section class="stack" aria-labelledby="books-title">
  <h2 id="books-title">[[Trial balance]]</h2>
  <p class="secondary">[[All accounts of the ledger by purpose. What is owed is positive; each currency must sum to zero.]] <code>meedctl ledger verify</code> [[proves every line.]]</p>
  <div class="columns">
{{#BOOK}}
  <section class="card">
    <div class="card-head"><h3 class="grow">{{UNIT}} · {{MODE}}</h3></div>
    <div class="table-wrap" tabindex="0" role="region" aria-label="[[Trial balance]] {{UNIT}} {{MODE}}"><table class="table">
      <caption class="visually-hidden">{{UNIT}} {{MODE}}</caption>
      <thead><tr><th scope="col">[[Account]]</th><th scope="col" class="num">[[Accounts]]</th><th scope="col" class="num">[[Balance]]</th></tr></thead>
      <tbody>
{{#ACCOUNT}}
        <tr><th scope="row"><code>{{PURPOSE}}</code></th><td class="num">{{ACCOUNTS}}</td><td class="num">{{BALANCE}}</td></tr>
{{/ACCOUNT}}
      </tbody>
      <tfoot><tr><th scope="row">[[Sum]]</th><td></td><td class="num">{{SUM}}</td></tr></tfoot>
    </table></div>
{{#BALANCED}}
    <p class="card-body"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#check"/></svg> [[The books balance.]]</p>
{{/BALANCED}}
{{#BROKEN}}
    <p class="card-body error" role="alert"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#alert"/></svg> [[The books do not balance. Stop payouts and run the proof.]]</p>
{{/BROKEN}}
  </section>
{{/BOOK}}
  </div>
{{>EMPTY}}
</section>
