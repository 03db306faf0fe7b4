{{%AUTOESCAPE context="HTML"}}
<section class="hero">
  <h1>[[Pay creators for the sales their customers keep]]</h1>
  <p>[[Meed is a partner program on your own server. Every commission starts as one sale, leads back to one click or code, and can be explained line by line.]]</p>
  <p class="row"><a class="button button-primary button-large" href="/signup/brand">[[Start a program]]</a> <a class="button button-large" href="/signup/creator">[[Join as a creator]]</a></p>
</section>
<section class="features" aria-label="[[What Meed does]]">
  <div>
    <svg class="icon" aria-hidden="true"><use href="{{ICONS}}#cursor"/></svg>
    <h2>[[Clicks that wait for nobody]]</h2>
    <p>[[A link redirects at once and its click is stored before the visitor leaves, even while the database is away.]]</p>
  </div>
  <div>
    <svg class="icon" aria-hidden="true"><use href="{{ICONS}}#receipt"/></svg>
    <h2>[[A reason for every sale]]</h2>
    <p>[[The click that won, the clicks that lost and why, the rule that applied, the rate of that day: all on one page, for the brand and for the creator.]]</p>
  </div>
  <div>
    <svg class="icon" aria-hidden="true"><use href="{{ICONS}}#scales"/></svg>
    <h2>[[Money that adds up]]</h2>
    <p>[[Balances come from a double-entry ledger that is only ever added to, and that anybody with the keys can verify.]]</p>
  </div>
</section>
<ol class="steps">
  <li><h2>[[Set the rules]]</h2><p>[[A rate, a window, a holdback. New rules count for new sales alone.]]</p></li>
  <li><h2>[[Connect the shop]]</h2><p>[[One signed request for each sale. The examples are filled in with your keys.]]</p></li>
  <li><h2>[[Accept creators]]</h2><p>[[Each gets a link and a discount code of their own.]]</p></li>
  <li><h2>[[Watch it work]]</h2><p>[[Sales show up within seconds and are approved when the holdback ends.]]</p></li>
</ol>
