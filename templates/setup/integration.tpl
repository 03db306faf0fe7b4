{{%AUTOESCAPE context="HTML"}}
<header class="page-head"><div class="grow"><a class="crumb" href="/brand/integrations">[[Integrations]]</a><h1>{{TITLE}}</h1></div>{{>STATE}}<a class="button" href="{{EVENTS_URL}}">[[Its events]]</a></header>
<div class="stack-tight"><p>{{STATE_WORDS}}</p>
{{#ACCOUNT}}
<p class="meta break"><bdi>{{TEXT}}</bdi></p>
{{/ACCOUNT}}
<p class="secondary">{{ABOUT}}
{{#TEST}}
[[You see what is for test sales; switch to Live, above, for real ones.]]
{{/TEST}}
{{#LIVE}}
[[You see what is for real sales; switch to Test, above, to try it first.]]
{{/LIVE}}
</p></div>
{{#NO_PROGRAM}}
<p>[[This door belongs to a program, and there is none. <a href="/brand/setup">Make one first</a>.]]</p>
{{/NO_PROGRAM}}
{{#PROGRAMS}}
{{#ALONE}}
<p class="secondary">[[Program:]] {{#OPTION}}<bdi>{{NAME}}</bdi>{{/OPTION}}</p>
{{/ALONE}}
{{#CHANGE}}
<form class="filters" action="{{ACTION}}"><label>[[Program]]<select name="program">{{#OPTION}}<option value="{{PID}}"{{#SELECTED}} selected{{/SELECTED}}>{{NAME}}</option>{{/OPTION}}</select></label><button class="button">[[Show]]</button></form>
{{/CHANGE}}
{{/PROGRAMS}}
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
{{#CONNECT}}
<section class="card" aria-labelledby="connect-title">
  <div class="card-head"><h2 id="connect-title">[[Connect]]</h2></div>
  <div class="card-body stack">
    <dl class="facts facts-middle">{{#ENDPOINT}}<dt><bdi>{{NAME}}</bdi></dt><dd>{{>COPY}}</dd>{{/ENDPOINT}}</dl>
{{#HOW_API}}
    <ol class="howto">
      <li>[[Make a key below, and keep it on your server alone: not in a page, not in an app.]]</li>
      <li>[[Keep the click id that your landing page receives with the visitor's session.]]</li>
      <li>[[After each order, post it as in the example. Sending it twice counts once.]]</li>
    </ol>
{{/HOW_API}}
{{#HOW_POSTBACK}}
    <ol class="howto">
      <li>[[Make a secret below, and keep it on your server alone.]]</li>
      <li>[[Post each order, signed: <code>X-Meed-Timestamp</code> holds the time in seconds, <code>X-Meed-Signature</code> the HMAC-SHA256, in hex, of that time, a point and the raw body.]]</li>
      <li>[[Post refunds likewise to the second address: <code>order_id</code>, <code>refund_id</code> and <code>amount</code>; without an amount it is the whole.]]</li>
    </ol>
{{/HOW_POSTBACK}}
{{#HOW_INGEST}}
    <ol class="howto">
      <li>[[Make a key below. It belongs to this program alone.]]</li>
      <li>[[Send it with each event in the header <code>X-Offer-Key</code>.]]</li>
      <li>[[A rebill names its first sale's user or subscription, and credits whom that credited.]]</li>
    </ol>
{{/HOW_INGEST}}
{{#HOW_SHOPIFY}}
    <ol class="howto">
      <li>[[In Shopify's admin open Settings → Notifications → Webhooks, and press "Create webhook".]]</li>
      <li>[[Event "Order creation", format JSON, and the address above. Save.]]</li>
      <li>[[Once more with the event "Refund create".]]</li>
      <li>[[Below the list stands "Your webhooks will be signed with …". Copy that key, and paste it here.]]</li>
      <li>[["Send test notification", in Shopify, then shows in the <a href="/brand/integrations/events?door=shopify">event log</a>.]]</li>
      <li>[[So that orders carry their click, add the theme snippet of <a href="/brand/integrations/pixel">Scripts and pixel</a>. Discount codes of creators count without it.]]</li>
    </ol>
{{/HOW_SHOPIFY}}
{{#HOW_STRIPE}}
    <ol class="howto">
      <li>[[In Stripe open Developers → Webhooks (in Workbench: Event destinations), and add an endpoint with the address above.]]</li>
      <li>[[Choose the events <code>checkout.session.completed</code>, <code>checkout.session.async_payment_succeeded</code>, <code>invoice.paid</code>, <code>invoice_payment.paid</code>, <code>charge.refunded</code>, <code>charge.dispute.created</code> and <code>charge.dispute.closed</code>.]]</li>
      <li>[[Open the endpoint, reveal its signing secret (<code>whsec_…</code>), and paste it here.]]</li>
      <li>[[When you create a checkout, put the click id into <code>metadata[meed_click]</code>, for subscriptions also into <code>subscription_data[metadata][meed_click]</code>.]]</li>
    </ol>
{{/HOW_STRIPE}}
{{#HOW_PADDLE}}
    <ol class="howto">
      <li>[[In Paddle open Developer tools → Notifications, and add a destination of type Webhook with the address above.]]</li>
      <li>[[Choose the events <code>transaction.completed</code>, <code>adjustment.created</code> and <code>adjustment.updated</code>.]]</li>
      <li>[[Open the destination's menu → Edit, copy its secret key (<code>pdl_ntfset_…</code>), and paste it here.]]</li>
      <li>[[When you open a checkout, put the click id into <code>customData</code> as <code>meed_click</code>.]]</li>
    </ol>
{{/HOW_PADDLE}}
{{#HOW_WOO}}
    <ol class="howto">
      <li>[[In WordPress open WooCommerce → Settings → Advanced → Webhooks, and add a webhook: status Active, topic "Order created", the delivery address above, API version "WP REST API Integration v3".]]</li>
      <li>[[Make up its secret, some 30 letters and digits, and paste the same one here.]]</li>
      <li>[[Add a second webhook with the topic "Order updated", the same address and the same secret: refunds and late payments come by it.]]</li>
    </ol>
{{/HOW_WOO}}
  </div>
</section>
{{/CONNECT}}
{{#SECRETS_CARD}}
{{>SUMMARY}}
<section class="card" aria-labelledby="secrets-card">
  <div class="card-head"><h2 id="secrets-card" class="grow">[[Secret]]</h2>
{{#MAKE}}
    <form method="post" action="/brand/secrets/rotate"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="door" value="{{DOOR}}"><input type="hidden" name="mode" value="{{MODE}}"><button class="button">{{ROTATE}}</button></form>
{{/MAKE}}
  </div>
{{#SECRETS}}
  <div class="table-wrap"><table class="table table-cards">
    <caption class="visually-hidden">[[Secrets, newest first]]</caption>
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
      <td class="wide">{{#END}}<form method="post" action="/brand/secrets/end"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="door" value="{{DOOR}}"><input type="hidden" name="mode" value="{{MODE}}">{{#OF_PROGRAM}}<input type="hidden" name="program" value="{{PID}}">{{/OF_PROGRAM}}<button class="button button-danger">[[End it now]]</button></form>{{/END}}</td>
    </tr>
{{/SECRET}}
    </tbody>
  </table></div>
{{/SECRETS}}
{{#PASTE}}
  <div class="card-body">
    <form class="form" method="post" action="/brand/secrets/rotate" novalidate>
      <input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="door" value="{{DOOR}}"><input type="hidden" name="mode" value="{{MODE}}">{{#OF_PROGRAM}}<input type="hidden" name="program" value="{{PID}}">{{/OF_PROGRAM}}
{{>FIELD}}
      <div class="form-actions"><button class="button button-primary">{{SAVE}}</button></div>
    </form>
  </div>
{{/PASTE}}
{{#ROTATES}}
  <div class="card-body"><p class="secondary">[[After a rotation the old secret works for 7 days more; end it at once if it leaked.]]</p></div>
{{/ROTATES}}
</section>
{{/SECRETS_CARD}}
{{#KEYS_CARD}}
{{>SUMMARY}}
<section class="card" aria-labelledby="keys-card">
  <div class="card-head"><h2 id="keys-card">[[Keys]]</h2></div>
{{#KEYS}}
  <div class="table-wrap"><table class="table table-cards">
    <caption class="visually-hidden">[[Keys, newest first]]</caption>
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
            <form method="post" action="/brand/keys/{{ID}}/replace"><input type="hidden" name="csrf" value="{{CSRF}}">{{#OF_PROGRAM}}<input type="hidden" name="program" value="{{PID}}">{{/OF_PROGRAM}}<button class="button">[[Replace]]</button></form>
            <p class="meta">[[A new key of the same name; this one stops at that moment.]]</p>
            <form method="post" action="/brand/keys/{{ID}}/revoke"><input type="hidden" name="csrf" value="{{CSRF}}">{{#OF_PROGRAM}}<input type="hidden" name="program" value="{{PID}}">{{/OF_PROGRAM}}<button class="button button-danger">[[Revoke]]</button></form>
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
      <input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="mode" value="{{MODE}}">{{#OF_PROGRAM}}<input type="hidden" name="program" value="{{PID}}">{{/OF_PROGRAM}}
{{>FIELD}}
      <div class="form-actions"><button class="button button-primary">[[Make a key]]</button></div>
    </form>
  </div>
</section>
{{/KEYS_CARD}}
{{#SCRIPTS}}
<section class="card" aria-labelledby="scripts-title">
  <div class="card-head"><h2 id="scripts-title">[[Scripts]]</h2></div>
  <div class="card-body stack">
    <p class="secondary">[[Filled in with your ids. Most shops need the first two; Shopify the two of its own.]]</p>
{{#SCRIPT}}
    <details class="more"><summary>{{TITLE}}</summary><div class="stack-tight"><p class="secondary">{{WHERE}}</p>
{{>TEXT}}</div></details>
{{/SCRIPT}}
  </div>
</section>
{{/SCRIPTS}}
{{#ORIGINS_CARD}}
{{>SUMMARY}}
<section class="card" aria-labelledby="origins-card">
  <div class="card-head"><h2 id="origins-card">[[Allowed pages]]</h2></div>
  <div class="card-body"><p class="secondary">[[The pixel has no secret: it is believed by the page that it runs on. What any other page reports is refused.]]</p></div>
{{#ORIGINS}}
  <div class="table-wrap"><table class="table table-cards">
    <caption class="visually-hidden">[[Pages that may report sales]]</caption>
    <thead><tr><th scope="col">[[Page]]</th><th scope="col">[[Allowed by]]</th><th scope="col">[[Since]]</th><th scope="col"><span class="visually-hidden">[[Change]]</span></th></tr></thead>
    <tbody>
{{#SITE}}
    <tr><th scope="row" data-label="[[Page]]"><bdi>{{TEXT}}</bdi></th><td data-label="[[Allowed by]]" class="inline-links">[[Your proof of <a href="/brand/sites">the site</a>]]</td><td data-label="[[Since]]"><time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time></td><td></td></tr>
{{/SITE}}
{{#ORIGIN}}
    <tr><th scope="row" data-label="[[Page]]"><bdi>{{TEXT}}</bdi></th><td data-label="[[Allowed by]]">[[This list]]</td><td data-label="[[Since]]"><time datetime="{{AT_ISO}}" title="{{AT_ISO}}">{{AT}}</time></td>
      <td><form method="post" action="/brand/integrations/pixel/origins/remove"><input type="hidden" name="csrf" value="{{CSRF}}"><input type="hidden" name="origin" value="{{TEXT}}"><button class="button">[[Remove]]</button></form></td></tr>
{{/ORIGIN}}
    </tbody>
  </table></div>
{{/ORIGINS}}
  <div class="card-body stack">
{{#NO_ORIGIN}}
    <p>[[No page is allowed yet. <a href="/brand/sites">Prove your site</a>, or add the address here.]]</p>
{{/NO_ORIGIN}}
    <form class="form" method="post" action="/brand/integrations/pixel/origins" novalidate>
      <input type="hidden" name="csrf" value="{{CSRF}}">
{{>FIELD}}
      <div class="form-actions"><button class="button button-primary">[[Allow this page]]</button></div>
    </form>
  </div>
</section>
{{/ORIGINS_CARD}}
{{#EXAMPLE}}
<section class="card" aria-labelledby="example">
  <div class="card-head"><h2 id="example">[[Example]]</h2></div>
  <div class="card-body stack">
{{#NO_PROGRAM}}
    <p>[[A sale belongs to a program, and none is open. <a href="/brand/setup">Make or open one first</a>.]]</p>
{{/NO_PROGRAM}}
{{#FILLED}}
    <p class="secondary">[[Filled in for <bdi>{{PROGRAM}}</bdi>.]]
{{#TEST_LINK}}
    [[The token is the test creator's link, which is credited.]]
{{/TEST_LINK}}
    </p>
{{>COMMAND}}
{{/FILLED}}
  </div>
</section>
{{/EXAMPLE}}
