{{%AUTOESCAPE context="HTML"}}
<ol class="timeline">
{{#BRAND}}
  <li{{#CURRENT}} aria-current="step"{{/CURRENT}}>{{>NODE}}
    <h2>[[Your brand]]</h2>
    <p class="secondary"><bdi>{{NAME}}</bdi></p></li>
{{/BRAND}}
{{#PROGRAM}}
  <li{{#CURRENT}} aria-current="step"{{/CURRENT}}>{{>NODE}}
    <h2>[[A program]]</h2>
{{#NONE}}
    <p class="secondary">[[It says what you pay for a sale, where links lead, and for how long an order can be returned. All but its name and its page is filled in already.]]</p>
    <p><a class="button button-primary" href="/brand/programs/new">[[Make a program]]</a></p>
{{/NONE}}
{{#CHOSEN}}
    <p class="row"><a href="/brand/programs/{{PID}}"><bdi>{{NAME}}</bdi></a> {{>STATUS}}</p>
{{/CHOSEN}}
  </li>
{{/PROGRAM}}
{{#PROVE_SITE}}
  <li{{#CURRENT}} aria-current="step"{{/CURRENT}}>{{>NODE}}
    <h2>[[Your site]]</h2>
{{#PROVED}}
    <p class="secondary"><bdi>{{HOST}}</bdi>. {{HOW}}.</p>
{{/PROVED}}
{{#UNPROVED}}
    <p class="secondary">[[Prove that <strong><bdi>{{HOST}}</bdi></strong> is yours: put one of the proofs in place. You can test meanwhile.]]</p>
{{>PROOF}}
{{#CHECK}}
    <form method="post" action="/brand/sites/{{ID}}/check"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="back" value="{{BACK}}"><button class="button">[[Check now]]</button></form>
{{/CHECK}}
{{/UNPROVED}}
  </li>
{{/PROVE_SITE}}
{{#TEST_KEY}}
  <li{{#CURRENT}} aria-current="step"{{/CURRENT}}>{{>NODE}}
    <h2>[[A test key]]</h2>
{{#MADE}}
    <p class="secondary">[[Your server sends it with each sale. What it sends is test data, and counts for nothing.]]</p>
    <p>{{>COPY}}</p>
{{/MADE}}
{{#MAKE}}
    <p class="secondary">[[Your server sends it with each sale, so that we know whose the sale is.]]</p>
    <form method="post" action="/brand/keys"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="mode" value="test"><input type="hidden" name="name" value="[[Setup]]"><input type="hidden" name="back" value="{{BACK}}"><button class="button button-primary">[[Make a test key]]</button></form>
{{/MAKE}}
  </li>
{{/TEST_KEY}}
{{#TEST}}
  <li{{#CURRENT}} aria-current="step"{{/CURRENT}}>{{>NODE}}
    <h2>[[A test sale]]</h2>
{{#NO_CREATOR}}
    <p class="secondary">[[This program has no test creator yet, whose link you could click.]]</p>
    <form method="post" action="/brand/programs/{{PID}}/test-creator"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button button-primary">[[Make the test creator]]</button></form>
{{/NO_CREATOR}}
{{#READY}}
    <div class="split">
    <div class="stack">
      <div class="stack-tight"><h3>[[Click the test creator's link]]</h3><p class="secondary">[[It leads to your page, and brings a click id with it.]]</p>
        <p class="row"><a class="button" href="{{URL}}" target="_blank" rel="noopener">[[Open the test link]]<svg class="icon" aria-hidden="true"><use href="{{ICONS}}#arrow-out"/></svg></a> {{>LINK}}</p></div>
      <div class="stack-tight" id="send"><h3>[[Send a sale]]</h3><p class="secondary">[[As your server would after an order. Once your click is seen, its id stands in it.]]</p>
        <nav class="row" aria-label="[[How the sale is sent]]">{{#DOOR}}<a class="pill" href="{{URL}}"{{#CURRENT}} aria-current="true"{{/CURRENT}}>{{NAME}}</a>{{/DOOR}}</nav>
{{#FILLED}}
{{>COMMAND}}
{{/FILLED}}
{{#MAKE_SECRET}}
        <p class="secondary">[[Your server signs each sale with a secret, so that nobody else can report one.]]</p>
        <form method="post" action="/brand/secrets/rotate"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="mode" value="test"><input type="hidden" name="back" value="{{BACK}}"><button class="button button-primary">[[Make a test secret]]</button></form>
{{/MAKE_SECRET}}
      </div>
    </div>
    <div class="card"><div class="card-head"><h3>[[What has arrived]]</h3></div><div class="card-body">
      <ul class="checks inline-links">
{{#FINDING}}
{{#GOOD}}
        <li class="good"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#check"/></svg><span>{{WORDS}}{{#LINK}} <a href="{{URL}}">[[Open it]]</a>{{/LINK}}</span></li>
{{/GOOD}}
{{#BAD}}
        <li class="bad"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#alert"/></svg><span>{{WORDS}}{{#LINK}} <a href="{{URL}}">[[Open it]]</a>{{/LINK}}</span></li>
{{/BAD}}
{{#WAITING}}
        <li class="muted"><svg class="icon" aria-hidden="true"><use href="{{ICONS}}#clock"/></svg><span>{{WORDS}}{{#LINK}} <a href="{{URL}}">[[Open it]]</a>{{/LINK}}</span></li>
{{/WAITING}}
{{/FINDING}}
      </ul>
    </div></div>
    </div>
    <p class="meta">[[Shopify, Stripe, Paddle, WooCommerce, scripts and live keys: <a href="/brand/integrations">Integrations</a>.]]</p>
{{/READY}}
  </li>
{{/TEST}}
{{#OPEN}}
  <li{{#CURRENT}} aria-current="step"{{/CURRENT}}>{{>NODE}}
    <h2>[[Open the program]]</h2>
{{#OPENED}}
    <p class="secondary">[[It is open: creators find it in the marketplace and apply. For real sales your server needs a live key: switch to Live and make one under <a href="/brand/integrations">Integrations</a>.]]</p>
{{/OPENED}}
{{#SITE_FIRST}}
    <p class="secondary">[[Possible once your site is proved.]]</p>
{{/SITE_FIRST}}
{{#BUTTON}}
    <p class="secondary">[[Creators then find it in the marketplace and apply.]]</p>
    <form method="post" action="/brand/programs/{{PID}}/activate"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button button-primary">[[Open the program]]</button></form>
{{/BUTTON}}
  </li>
{{/OPEN}}
</ol>
