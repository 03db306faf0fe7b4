{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><h1 class="grow">[[Integrations]]</h1><a class="button" href="/brand/setup">[[Set up step by step]]</a></header>
{{#TEST}}
<p class="secondary">[[Keys and secrets for test sales. Switch to Live, above, for those of real sales.]]</p>
{{/TEST}}
{{#LIVE}}
<p class="secondary">[[Keys and secrets for real sales. Switch to Test, above, for those of test sales.]]</p>
{{/LIVE}}
{{#NEW_KEY}}
<section class="card card-new" aria-labelledby="new-key">
  <div class="card-head"><h2 id="new-key">[[Your new key]]</h2></div>
  <div class="card-body stack"><p>[[Copy it now: it is not shown again. A lost key is replaced.]]</p><div>{{>COPY}}</div></div>
</section>
{{/NEW_KEY}}
{{#NEW_SECRET}}
<section class="card card-new" aria-labelledby="new-secret">
  <div class="card-head"><h2 id="new-secret">[[Your new secret]]</h2></div>
  <div class="card-body stack"><p>[[Copy it now: it is not shown again. If there was one before it, that works for 7 days more, so that your servers can change over.]]</p><div>{{>COPY}}</div></div>
</section>
{{/NEW_SECRET}}
{{>SUMMARY}}
<section class="card" aria-labelledby="keys-card">
  <div class="card-head"><h2 id="keys-card">[[API keys]]</h2></div>
{{#KEYS}}
  <div class="table-wrap"><table class="table table-cards">
    <caption class="visually-hidden">[[API keys, newest first]]</caption>
    <thead><tr><th scope="col">[[Name]]</th><th scope="col">[[Key]]</th><th scope="col">[[Status]]</th><th scope="col">[[Made]]</th><th scope="col">[[Last used]]</th><th scope="col"><span class="visually-hidden">[[Change]]</span></th></tr></thead>
    <tbody>
{{#KEY}}
    <tr>
      <th scope="row" data-label="[[Name]]"><bdi>{{NAME}}</bdi></th>
      <td data-label="[[Key]]" class="wide">{{#WHOLE}}{{>COPY}}{{/WHOLE}}{{#ENDS}}<code>{{TEXT}}</code>{{/ENDS}}</td>
      <td data-label="[[Status]]">{{>STATUS}}</td>
      <td data-label="[[Made]]"><time datetime="{{MADE_ISO}}" title="{{MADE_ISO}}">{{MADE}}</time></td>
      <td data-label="[[Last used]]">{{#USED}}<time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time>{{/USED}}{{#UNUSED}}<span class="muted">[[Not yet]]</span>{{/UNUSED}}</td>
      <td class="wide">
{{#CHANGE}}
        <details class="more"><summary>[[Replace or revoke]]</summary>
          <div class="stack-tight">
            <form method="post" action="/brand/keys/{{ID}}/replace"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button">[[Replace]]</button></form>
            <p class="meta">[[A new key of the same name; this one stops at that moment.]]</p>
            <form method="post" action="/brand/keys/{{ID}}/revoke"><input type="hidden" name="csrf" value="{{CSRF}}"><button class="button button-danger">[[Revoke]]</button></form>
            <p class="meta">[[For good: whoever sends it is refused at once.]]</p>
          </div>
        </details>
{{/CHANGE}}
      </td>
    </tr>
{{/KEY}}
    </tbody>
  </table></div>
{{/KEYS}}
  <div class="card-body">
    <form class="form" method="post" action="/brand/keys" novalidate>
      <input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="mode" value="{{MODE}}">
{{>FIELD}}
      <div class="form-actions"><button class="button button-primary">[[Make a key]]</button></div>
    </form>
  </div>
</section>
<section class="card" aria-labelledby="secrets-card">
  <div class="card-head"><h2 id="secrets-card" class="grow">[[Postback secret]]</h2>
    <form method="post" action="/brand/secrets/rotate"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="mode" value="{{MODE}}"><button class="button">{{ROTATE}}</button></form>
  </div>
{{#SECRETS}}
  <div class="table-wrap"><table class="table table-cards">
    <caption class="visually-hidden">[[Postback secrets, newest first]]</caption>
    <thead><tr><th scope="col">[[No.]]</th><th scope="col">[[Secret]]</th><th scope="col">[[Status]]</th><th scope="col">[[Made]]</th><th scope="col">[[Last used]]</th><th scope="col">[[Valid until]]</th><th scope="col"><span class="visually-hidden">[[Change]]</span></th></tr></thead>
    <tbody>
{{#SECRET}}
    <tr>
      <th scope="row" data-label="[[No.]]">{{NO}}</th>
      <td data-label="[[Secret]]" class="wide">{{#WHOLE}}{{>COPY}}{{/WHOLE}}{{#ENDS}}<code>{{TEXT}}</code>{{/ENDS}}</td>
      <td data-label="[[Status]]">{{>STATUS}}</td>
      <td data-label="[[Made]]"><time datetime="{{MADE_ISO}}" title="{{MADE_ISO}}">{{MADE}}</time></td>
      <td data-label="[[Last used]]">{{#USED}}<time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time>{{/USED}}{{#UNUSED}}<span class="muted">[[Not yet]]</span>{{/UNUSED}}</td>
      <td data-label="[[Valid until]]">{{#UNTIL}}<time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time>{{/UNTIL}}</td>
      <td class="wide">{{#END}}<form method="post" action="/brand/secrets/end"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="mode" value="{{MODE}}"><button class="button button-danger">[[End it now]]</button></form>{{/END}}</td>
    </tr>
{{/SECRET}}
    </tbody>
  </table></div>
{{/SECRETS}}
  <div class="card-body"><p class="secondary">[[It signs the sales that your servers post. After a rotation the old one works for 7 days more; end it at once if it leaked.]]</p></div>
</section>
<section class="card" aria-labelledby="endpoints-card">
  <div class="card-head"><h2 id="endpoints-card">[[Endpoints]]</h2></div>
  <div class="card-body"><dl class="facts">
    <dt>[[Sales by key]]</dt><dd>{{>API_URL}}</dd>
    <dt>[[Signed postback]]</dt><dd>{{>POSTBACK_URL}}</dd>
    <dt>[[Brand id]]</dt><dd>{{>BRAND_ID}}</dd>
{{#PROGRAM_ID}}
    <dt>[[Program id]] <span class="meta"><bdi>{{NAME}}</bdi></span></dt><dd>{{>COPY}}</dd>
{{/PROGRAM_ID}}
  </dl></div>
</section>
<section class="card" aria-labelledby="examples-card">
  <div class="card-head"><h2 id="examples-card">[[Examples]]</h2></div>
  <div class="card-body stack">
{{#NO_PROGRAM}}
    <p>[[A sale belongs to a program, and none is open. <a href="/brand/setup">Make or open one first</a>.]]</p>
{{/NO_PROGRAM}}
{{#EXAMPLES}}
    <p class="secondary">[[Filled in for <bdi>{{PROGRAM}}</bdi>. Each run sends another order.]]</p>
{{#TEST_LINK}}
    <p class="secondary">[[The token is the test creator's link, which is credited.]]</p>
{{/TEST_LINK}}
{{#CLICK_FROM_ENVIRONMENT}}
    <p class="secondary">[[Set CLICK_ID to the click id that your landing page received; without one, nobody is credited.]]</p>
{{/CLICK_FROM_ENVIRONMENT}}
    <h3>[[Sale by key]]</h3>
{{#KEY_FROM_ENVIRONMENT}}
    <p class="secondary">[[Set MEED_KEY to your key first.]]</p>
{{/KEY_FROM_ENVIRONMENT}}
{{>API}}
<details class="more"><summary>[[The same by Node]]</summary>
{{>API_NODE}}
</details>
    <h3>[[Sale by signed postback]]</h3>
{{#SECRET_FROM_ENVIRONMENT}}
    <p class="secondary">[[Set MEED_SECRET to your secret first.]]</p>
{{/SECRET_FROM_ENVIRONMENT}}
{{>POSTBACK}}
<details class="more"><summary>[[The same by Node]]</summary>
{{>POSTBACK_NODE}}
</details>
{{/EXAMPLES}}
  </div>
</section>
